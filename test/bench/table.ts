import type { Busy } from "./busy.ts";
import { isGeneratorLimited } from "./busy.ts";
import type { Figure, Findings, Row, Target } from "./row.ts";
import type { RowResult } from "./run-row.ts";

const columns = [
  "row",
  "figure",
  "ours",
  "floor",
  "ratio",
  "target",
  "met",
  "the floor",
  "server busy",
  "generator busy",
  "elsewhere",
];

/** The first two lines of the table. */
export const tableHead = [columns, columns.map(() => "---")].map(toMarkdown).join("\n");

/** A line for each figure. Each begins with the name of the row. */
export function toLines(row: Row, { ours, floor }: RowResult): string {
  const busy = [ours.busy, floor.busy];
  const common = [
    row.floorIs,
    bothOf(busy, ({ server }) => percent(server)),
    bothOf(busy, (each) => `${percent(each.generator)}${isGeneratorLimited(each) ? " (!)" : ""}`),
    bothOf(busy, ({ elsewhere }) => percent(elsewhere)),
  ];
  return row.figures
    .map((figure, index) => {
      const cells = index === 0 ? common : common.map(() => "");
      return toMarkdown([row.name, ...compare(figure, ours.median, floor.median), ...cells]);
    })
    .join("\n");
}

function compare({ name, unit, targets = [] }: Figure, ours: Findings, floor: Findings): string[] {
  const values = {
    ours: ours[name] ?? Number.NaN,
    floor: floor[name] ?? Number.NaN,
    ratio: (ours[name] ?? Number.NaN) / (floor[name] ?? Number.NaN),
    difference: (ours[name] ?? Number.NaN) - (floor[name] ?? Number.NaN),
  };
  const show = (value: number): string =>
    Number.isNaN(value) ? "" : `${toThreeDigits(value)} ${unit}`.trim();
  return [
    name,
    show(values.ours),
    show(values.floor),
    Number.isNaN(values.ratio) ? "" : values.ratio.toFixed(2),
    targets.map((target) => describe(target, unit)).join("; "),
    targets.map((target) => (isMet(target, values[target.of]) ? "yes" : "**no**")).join("; "),
  ];
}

function describe({ of, is, bound }: Target, unit: string): string {
  const words = {
    ours: `${is} ${bound} ${unit}`,
    ratio: `ratio ${is} ${bound}`,
    difference: `${is} ${bound} ${unit} more`,
  };
  return words[of];
}

function isMet({ is, bound }: Target, value: number): boolean {
  return is === "at most" ? value <= bound : value >= bound;
}

function bothOf(busy: Busy[], show: (busy: Busy) => string): string {
  const shown = busy.map((each) => show(each));
  // A row that has nothing but a start to measure has no share.
  return shown.every((text) => text === "") ? "" : shown.join(" / ");
}

function percent(share: number): string {
  return Number.isNaN(share) ? "" : `${Math.round(share * 100)} %`;
}

/** More is noise. */
function toThreeDigits(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

function toMarkdown(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}
