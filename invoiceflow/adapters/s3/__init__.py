"""Amazon S3 and what speaks its protocol: obstore moves the bytes, boto3 finds credentials and does what is administrative."""
