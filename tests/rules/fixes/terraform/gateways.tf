resource "aws_storagegateway_cached_iscsi_volume" "cached" {
  gateway_arn          = "arn:aws:storagegateway:eu-west-1:111122223333:gateway/sgw-12A3456B"
  network_interface_id = "10.0.0.1"
  target_name          = "cached"
  volume_size_in_bytes = 1099511627776
  tags                 = { backup = "daily" }
}

resource "aws_storagegateway_stored_iscsi_volume" "stored" {
  gateway_arn            = "arn:aws:storagegateway:eu-west-1:111122223333:gateway/sgw-12A3456B"
  network_interface_id   = "10.0.0.1"
  target_name            = "stored"
  preserve_existing_data = false
  disk_id                = "disk-1"
  kms_encrypted          = false
}

resource "aws_storagegateway_nfs_file_share" "nfs" {
  client_list  = ["10.0.0.0/16"]
  gateway_arn  = "arn:aws:storagegateway:eu-west-1:111122223333:gateway/sgw-12A3456B"
  location_arn = "arn:aws:s3:::files"
  role_arn     = "arn:aws:iam::111122223333:role/files"
}

resource "aws_storagegateway_smb_file_share" "smb" {
  gateway_arn  = "arn:aws:storagegateway:eu-west-1:111122223333:gateway/sgw-12A3456B"
  location_arn = "arn:aws:s3:::files"
  role_arn     = "arn:aws:iam::111122223333:role/files"
}
