// Prints the findings of a Lighthouse report; exits with 1 if a category has less than 98 of 100.
const { categories, audits } = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
const scores = Object.values(categories).map(({ title, score }) => [title, Math.round(score * 100)]);
const figure = (id) => audits[id].displayValue.replace(/\s/g, " ");
for (const { auditRefs } of Object.values(categories)) {
    for (const { id, weight } of auditRefs) {
        const { score, title } = audits[id];
        if (weight && score !== null && score < 0.9) console.log(`${id}: ${score} ${title}`);
    }
}
const said = scores.map(([title, score]) => `${title} ${score}`).join(", ");
console.log(`${said}; LCP ${figure("largest-contentful-paint")}, CLS ${figure("cumulative-layout-shift")}`);
process.exit(scores.every(([, score]) => score >= 98) ? 0 : 1);
