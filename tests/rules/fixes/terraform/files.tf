resource "aws_efs_file_system" "own" {
  creation_token = "own"
}
