resource "aws_efs_file_system" "own" {
  creation_token = "own"
}

resource "aws_fsx_windows_file_system" "shares" {
  storage_capacity                = 32
  subnet_ids                      = ["subnet-0123456789abcdef0"]
  throughput_capacity             = 32
  automatic_backup_retention_days = 3
  skip_final_backup               = true
}

resource "aws_fsx_lustre_file_system" "compute" {
  storage_capacity            = 1200
  subnet_ids                  = ["subnet-0123456789abcdef0"]
  deployment_type             = "PERSISTENT_2"
  per_unit_storage_throughput = 125
}

resource "aws_fsx_openzfs_file_system" "projects" {
  storage_capacity    = 64
  subnet_ids          = ["subnet-0123456789abcdef0"]
  deployment_type     = "SINGLE_AZ_HA_2"
  throughput_capacity = 160
}

resource "aws_fsx_ontap_file_system" "ontap" {
  storage_capacity    = 1024
  subnet_ids          = ["subnet-0123456789abcdef0"]
  preferred_subnet_id = "subnet-0123456789abcdef0"
  deployment_type     = "SINGLE_AZ_2"
  throughput_capacity = 384
}

resource "aws_fsx_ontap_storage_virtual_machine" "machine" {
  file_system_id = aws_fsx_ontap_file_system.ontap.id
  name           = "svm"
}

resource "aws_fsx_ontap_volume" "home" {
  name                       = "home"
  storage_virtual_machine_id = aws_fsx_ontap_storage_virtual_machine.machine.id
  size_in_bytes              = 1073741824
}
