"""A list whose first rule is covered by tiles that are smaller than the slabs
which cut it into 55,000 cells first."""

print("list hard")
print("  ingress tcp 10.0.0.0/8")
for i in range(32):
    print("  ingress tcp 10.%d.0.0/14" % (8 * i))
for i in range(40):
    slab = "%d-%d" % (1600 * i, 1600 * i + 799)
    print("  ingress tcp 10.0.0.0/8 %s>*" % slab)
    print("  ingress tcp 10.0.0.0/8 *>%s" % slab)
for i in range(8 * 6 * 6):
    low = [i % 6 * 11000, i // 6 % 6 * 11000]
    high = [65535 if n == 55000 else n + 10999 for n in low]
    print("  ingress tcp 10.%d.0.0/11 %d-%d>%d-%d" % (
        i // 36 * 32, low[0], high[0], low[1], high[1]))
