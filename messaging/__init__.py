"""The post office: the contact vault, messages and the channels that carry them."""
