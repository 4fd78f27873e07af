# A function that all tests of this module begin with.

name         = "churn"
runtime      = "python3.13"
architecture = "arm64"

package = {
  bucket         = "churn-1"
  key            = "function/e3b0.zip"
  version_id     = "v1"
  sha256_base64  = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  unzipped_bytes = 40000
}

layers = [{ arn = "arn:aws-cn:lambda:cn-north-1:123456789012:layer:churn-dependencies:1", unzipped_bytes = 200000000 }]

model = {
  sha256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  sklearn_version = "1.7.2"
  bytes           = 1048577
  bucket          = "models"
  key             = "churn/model.pkl"
  version_id      = "v9"
}
