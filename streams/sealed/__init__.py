"""What identifies a person: sealed under keys that can be thrown away, and the codes and links made from them."""
