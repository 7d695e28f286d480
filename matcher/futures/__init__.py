"""What may still come: days sampled from past ones, and which skills would be missing on them."""
