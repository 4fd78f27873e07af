# A function in a VPC, and its security groups.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "security_groups_are_let_go_when_the_function_is_destroyed" {
  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition = (
      aws_lambda_function.this.replace_security_groups_on_destroy &&
      aws_lambda_function.this.replacement_security_group_ids == null &&
      length(aws_security_group.leaving) == 0
    )
    error_message = "The interfaces get the VPC's default group."
  }
}

run "destroy_waits_for_the_interfaces" {
  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], vpc = { id = "vpc-1" } }
  }

  assert {
    condition = (
      aws_security_group.leaving[0].vpc_id == "vpc-1" &&
      aws_lambda_function.this.replacement_security_group_ids == toset([aws_security_group.leaving[0].id]) &&
      one(aws_lambda_function.this.vpc_config).security_group_ids == toset(["sg-1"])
    )
    error_message = "A group of the function's own replaces the caller's, and is in the VPC."
  }
}

run "outside_a_network_there_is_nothing_to_let_go" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.replace_security_groups_on_destroy == null
    error_message = "No group is replaced."
  }
}

run "a_network_without_a_subnet" {
  command = plan

  variables {
    network = { subnet_ids = [], security_group_ids = ["sg-1"] }
  }

  expect_failures = [var.network]
}

run "a_network_without_a_security_group" {
  command = plan

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }

  expect_failures = [var.network]
}
