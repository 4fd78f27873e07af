# A function in a VPC, and the security groups of its network interfaces.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "destroy_replaces_the_security_groups_of_the_interfaces" {
  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition = (
      aws_lambda_function.this.replace_security_groups_on_destroy &&
      aws_lambda_function.this.replacement_security_group_ids == null &&
      length(aws_security_group.leaving) == 0
    )
    error_message = "The provider must move the interfaces to the default security group of the VPC."
  }
}

run "destroy_waits_for_the_interfaces_if_the_vpc_is_set" {
  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], vpc = { id = "vpc-1" } }
  }

  assert {
    condition = (
      aws_security_group.leaving[0].vpc_id == "vpc-1" &&
      aws_lambda_function.this.replacement_security_group_ids == toset([aws_security_group.leaving[0].id]) &&
      one(aws_lambda_function.this.vpc_config).security_group_ids == toset(["sg-1"])
    )
    error_message = "The provider must move the interfaces to a security group of the module, which is in the same VPC."
  }
}

run "without_a_network_no_security_group_is_replaced" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.replace_security_groups_on_destroy == null
    error_message = "No security group must be replaced."
  }
}

run "a_network_without_a_subnet_is_refused" {
  command = plan

  variables {
    network = { subnet_ids = [], security_group_ids = ["sg-1"] }
  }

  expect_failures = [var.network]
}

run "a_network_without_a_security_group_is_refused" {
  command = plan

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }

  expect_failures = [var.network]
}
