"""How noisy a mini-batch gradient is, and the batch size beyond which that noise no longer matters."""
