# Prints a row of the section on writes from its runs: side, requests/s, p50, p99, errors, requests, CPU, busy,
# writes/s, milliseconds behind. The file `undisturbed` contains the rates of the first row.
function median(side, column,    i, j, count, swap, values) {
    for (i = 1; i <= NR; i++) if (cells[i, 1] == side) values[++count] = cells[i, column]
    for (i = 2; i <= count; i++)
        for (j = i; j > 1 && values[j - 1] > values[j]; j--) {
            swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap
        }
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}
function most(side, column,    i, found) {
    for (i = 1; i <= NR; i++) if (cells[i, 1] == side && cells[i, column] > found) found = cells[i, column]
    return found + 0
}
{ for (i = 1; i <= NF; i++) cells[NR, i] = $i }
END {
    a = median("A", 2); b = median("B", 2)
    if (rate == 0) print a, b > undisturbed
    else getline line < undisturbed
    if (rate == 0) line = a " " b
    split(line, first, " ")
    printf "| %d | %.0f | **%.2f** | %.0f | %.0f ms | %.0f | %.2f | %.0f | %.0f ms |\n", rate, a, a / first[1], median("A", 9),
        most("A", 10), b, b / first[2], median("B", 9), most("B", 10)
}
