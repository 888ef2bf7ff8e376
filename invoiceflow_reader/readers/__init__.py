"""What turns bytes into words (`page_text`, `ocr`) or into invoices (`cii`, `ubl`). Nothing here chooses between them."""
