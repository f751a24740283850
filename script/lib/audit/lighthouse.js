// Prints the findings of the Lighthouse report with the median performance of those given; exits with 1 if that performance, or
// another category of any report, has less than 98 of 100.
const { readFileSync } = require("fs");
const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
const points = (category) => Math.round(category.score * 100);
const performance = ({ categories }) => points(categories.performance);
reports.sort((one, other) => performance(one) - performance(other));
const { categories, audits } = reports[Math.floor(reports.length / 2)];
const figure = (id) => audits[id].displayValue.replace(/\s/g, " ");
for (const { auditRefs } of Object.values(categories)) {
    for (const { id, weight } of auditRefs) {
        const { score, title } = audits[id];
        if (weight && score !== null && score < 0.9) console.log(`${id}: ${score} ${title}`);
    }
}
const said = Object.values(categories).map((category) => `${category.title} ${points(category)}`).join(", ");
const all = reports.map(performance).join(" ");
console.log(`${said}; LCP ${figure("largest-contentful-paint")}, CLS ${figure("cumulative-layout-shift")}; performance ${all}`);
const isEnough = (category) => points(category) >= 98;
const others = reports.flatMap(({ categories: { performance, ...others } }) => Object.values(others));
process.exit(isEnough(categories.performance) && others.every(isEnough) ? 0 : 1);
