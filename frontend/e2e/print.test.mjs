// Reports and the problem log on A4: no figure or date breaks, heads stand above their columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./browser.mjs";

const { demo, visitor, problems } = await stage();

// A sheet on its side within its margins, and one on its end.
const LANDSCAPE = 1031;
const PORTRAIT = 688;

async function printed(path, locale, width) {
  const page = await visitor(demo.account("supervisor"));
  await page.context().addCookies([{ name: "locale", value: locale, url: demo.url }]);
  await page.setViewportSize({ width, height: 700 });
  await page.emulateMedia({ media: "print" });
  await page.goto(`${demo.url}${path}`);
  return page;
}

for (const locale of ["zh-CN", "en"]) {
  test(`a report by month is whole on A4 (${locale})`, async () => {
    const page = await printed("/reports/attainment?by=month&period=last_12_months", locale, LANDSCAPE);
    const table = await page.locator("table.numbers").first().evaluate((table) => {
      const lines = (cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return new Set([...range.getClientRects()].map((r) => Math.round(r.bottom))).size;
      };
      return {
        broken: [...table.querySelectorAll("tbody th, td")].filter((c) => lines(c) > 1).map((c) => c.textContent),
        width: table.getBoundingClientRect().right,
        rows: table.querySelectorAll("tbody tr").length,
        foot: getComputedStyle(table.tFoot).display,
      };
    });
    assert.deepEqual([table.broken, table.rows, table.foot], [[], 12, "table-row-group"]);
    assert.ok(table.width <= LANDSCAPE, `${table.width}`);
    assert.deepEqual(problems, []);
  });
}

test("the printed problem log has its column heads", async () => {
  const page = await printed("/log", "zh-CN", PORTRAIT);
  assert.ok(await page.locator("table.stacked thead").isVisible());
  const cell = page.locator("table.stacked tbody td").first();
  assert.equal(await cell.evaluate((c) => getComputedStyle(c).display), "table-cell");
});
