# Prints a row of a comparison from its runs: side, round, requests/s, p50, p99, errors, requests, CPU, busy.
function median(values, count,    i, j, swap) {
    for (i = 2; i <= count; i++)
        for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
            swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap
        }
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}
function pick(side, column,    i, count, values) {
    for (i = 1; i <= NR; i++) if (sides[i] == side) values[++count] = cells[i, column]
    return median(values, count)
}
function ms(micros) { return sprintf(micros < 10000 ? "%.2f" : "%.0f", micros / 1000) }
{
    sides[NR] = $1
    for (i = 3; i <= NF; i++) cells[NR, i] = $i
    rate[$1, $2] = $3
    if ($2 > rounds) rounds = $2
}
END {
    for (i = 1; i <= rounds; i++) {
        ratio = rate["A", i] / rate["B", i]
        if (i == 1 || ratio < least) least = ratio
        if (i == 1 || ratio > greatest) greatest = ratio
    }
    a = pick("A", 3); b = pick("B", 3)
    cpu_a = pick("A", 8); cpu_b = pick("B", 8)
    cpu = cpu_a > 0 ? sprintf("%.1f : %.1f µs", cpu_a, cpu_b) : "–"
    cpu_ratio = cpu_a > 0 && cpu_b > 0 ? sprintf("%.2f", cpu_a / cpu_b) : "–"
    printf "| %s | %.0f | %.0f | **%.2f** | %.2f–%.2f | %s : %s ms | %s : %s ms | %s | %s | %.0f : %.0f %% |\n", label, a, b,
        a / b, least, greatest, ms(pick("A", 4)), ms(pick("B", 4)), ms(pick("A", 5)), ms(pick("B", 5)), cpu, cpu_ratio,
        pick("A", 9), pick("B", 9)
}
