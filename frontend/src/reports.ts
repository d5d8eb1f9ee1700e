// Charts of the reports. Bars start at zero and carry their numbers; the table below says the same without script.
// Colours are custom properties, so that a chart follows the theme and the printer without being drawn again.
import { BarChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, SVGRenderer]);

interface Point {
  label: string;
  value: number;
  text: string;
}

const FONT = 13;
const LYING_ROW = 34;
const STANDING_HEIGHT = 260;
const MIN_STANDING = 90;
const NARROW = 600;

function options(points: Point[], lying: boolean, greatest: number | undefined) {
  const namesPx = window.innerWidth < NARROW ? 112 : 132;
  const label = {
    show: true,
    position: lying ? "right" : "top",
    color: "var(--text)",
    fontSize: FONT,
    formatter: (p: { dataIndex: number }) => points[p.dataIndex]?.text ?? "",
  };
  const names = {
    type: "category",
    data: points.map((p) => p.label),
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: "var(--line-strong)" } },
    axisLabel: { color: "var(--text)", fontSize: FONT, width: lying ? namesPx : 90, overflow: "truncate", interval: 0 },
  };
  const values = { type: "value", min: 0, max: greatest, show: false };
  return {
    animation: false,
    // Text is measured on a canvas, which knows no inheritance.
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: lying ? { left: namesPx + 16, right: window.innerWidth < NARROW ? 80 : 96, top: 4, bottom: 4 } : { left: 8, right: 8, top: 28, bottom: 28 },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: [
      {
        type: "bar",
        data: points.map((p) => p.value),
        barMaxWidth: lying ? 18 : 48,
        itemStyle: { color: "var(--accent)", borderRadius: 2 },
        label,
        silent: true,
      },
    ],
  };
}

function draw(box: HTMLElement): void {
  const points = JSON.parse(box.dataset.points ?? "[]") as Point[];
  if (points.length < 1) return;
  // Bars that would stand too close for their numbers lie down.
  const lying = box.dataset.chart === "lying" || window.innerWidth / points.length < MIN_STANDING;
  const greatest = box.dataset.greatest ? Number(box.dataset.greatest) : undefined;
  box.hidden = false;
  const area = document.createElement("div");
  area.style.height = `${lying ? points.length * LYING_ROW + 8 : STANDING_HEIGHT}px`;
  box.append(area);
  const chart = init(area, null, { renderer: "svg" });
  chart.setOption(options(points, lying, greatest) as never);
  // A printed page is narrower than the window: with a view box the picture shrinks to it.
  const framed = () =>
    area.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  framed();
  new ResizeObserver(() => {
    if (window.matchMedia("print").matches) return;
    chart.resize();
    framed();
  }).observe(box);
}

document.querySelectorAll<HTMLElement>("[data-chart]").forEach(draw);
