"""Language models: reached over the network, recorded, or not at all."""
