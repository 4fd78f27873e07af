output "arn" {
  description = "ARN of the layer version."
  value       = aws_lambda_layer_version.this.arn
}

output "version" {
  description = "Version number of the layer."
  value       = aws_lambda_layer_version.this.version
}
