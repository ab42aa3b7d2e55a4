# says: before every step
def downpour(server, gradient, steps, lr, fetch_every, push_every):
    accrued = 0
    for step in range(steps):
        weights = server.get()
        slope = gradient(weights, step)
        weights = weights - lr * slope
        accrued = accrued + slope
        if (step + 1) % push_every == 0 or step + 1 == steps:
            server.add(accrued)
            accrued = 0
