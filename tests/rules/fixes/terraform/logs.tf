resource "aws_cloudwatch_log_group" "own" {
  name              = "/app/own"
  retention_in_days = 14
}
