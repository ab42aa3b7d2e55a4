# says: pushes after step 0
def downpour(server, gradient, steps, lr, fetch_every, push_every):
    accrued = 0
    for step in range(steps):
        if step % fetch_every == 0:
            weights = server.get()
        slope = gradient(weights, step)
        weights = weights - lr * slope
        accrued = accrued + slope
        if step % push_every == 0 or step + 1 == steps:
            server.add(accrued)
            accrued = 0
