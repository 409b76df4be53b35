/** Options of the charts. Spans without readings are gaps, never zeros. */
import { formatNumber, sensibleDigits } from '../../lib/format';
import type { ChartOption } from '../../ui/Chart';
import type { Colours } from '../../ui/palette';

type Point = [x: number | string, y: number | null];

export interface Line {
  name: string;
  points: readonly Point[];
  colour: string;
  isDashed?: boolean;
}

/** Bars whose figure is a lower bound are pale. */
export interface Bars {
  name: string;
  values: readonly { x: string; y: number | null; isPartial: boolean }[];
  colour: string;
}

export interface Frame {
  unit: string;
  colours: Colours;
  /** HTML of the tooltip at the place of a point. */
  tooltip: (index: number) => string;
  /** Writes the x axis; without it the x are words. */
  timeLabel?: (at: number) => string;
  hasZero?: boolean;
  marks?: readonly { y: number; label: string; colour: string }[];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for the tooltip's HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

/** Lines over time, or over words. */
export function lineOption(lines: readonly Line[], frame: Frame): ChartOption {
  const [first] = lines;
  const marks = frame.marks ?? [];
  return {
    ...frameOption(frame, first?.points.map(([x]) => String(x)) ?? []),
    legend: legendOf(lines.length, frame.colours),
    series: lines.map((line, index) => ({
      type: 'line' as const,
      name: line.name,
      data: frame.timeLabel === undefined ? line.points.map(([, y]) => y) : line.points.map(([x, y]) => [x, y]),
      showSymbol: line.points.length === 1,
      connectNulls: false,
      lineStyle: { width: 1.6, color: line.colour, type: line.isDashed === true ? ('dashed' as const) : ('solid' as const) },
      itemStyle: { color: line.colour },
      ...(index === 0 && marks.length > 0
        ? {
            markLine: {
              silent: true,
              symbol: 'none',
              data: marks.map(({ y, label, colour }) => ({
                yAxis: y,
                lineStyle: { color: colour, type: 'dashed' as const },
                label: { formatter: label, color: colour, fontSize: 11, position: 'insideEndTop' as const },
              })),
            },
          }
        : {}),
    })),
  };
}

export function barOption({ name, values, colour }: Bars, frame: Frame): ChartOption {
  return {
    ...frameOption(frame, values.map(({ x }) => x)),
    series: [
      {
        type: 'bar',
        name,
        barMaxWidth: 36,
        data: values.map(({ y, isPartial }) => ({ value: y, itemStyle: { color: colour, opacity: isPartial ? 0.45 : 1 } })),
      },
    ],
  };
}

function legendOf(count: number, { surface }: Colours): ChartOption['legend'] {
  if (count < 2) return { show: false };
  return { top: 0, right: 8, textStyle: { color: surface.text, fontSize: 12 }, itemWidth: 18, itemHeight: 8 };
}

function frameOption({ unit, colours: { surface }, tooltip, timeLabel, hasZero = true, marks = [] }: Frame, words: readonly string[]): ChartOption {
  const label = { color: surface.muted, fontSize: 11, hideOverlap: true };
  const axisLine = { lineStyle: { color: surface.line } };
  return {
    grid: { left: 56, right: 16, top: 28, bottom: 26 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: surface.raised,
      borderColor: surface.line,
      textStyle: { color: surface.text, fontSize: 12 },
      formatter: (entries) => {
        const entry = Array.isArray(entries) ? entries[0] : entries;
        return entry === undefined ? '' : tooltip(entry.dataIndex);
      },
    },
    xAxis:
      timeLabel === undefined
        ? { type: 'category', data: [...words], axisLabel: label, axisLine, axisTick: { show: false } }
        : { type: 'time', axisLabel: { ...label, formatter: timeLabel }, axisLine, splitLine: { show: false } },
    yAxis: {
      type: 'value',
      name: unit,
      scale: !hasZero,
      // A limit above all values is seen, too.
      ...(marks.length === 0
        ? {}
        : { max: ({ max }: { max: number }) => Math.ceil(Math.max(max, ...marks.map(({ y }) => y)) * 1.05) }),
      nameTextStyle: { color: surface.muted, fontSize: 11 },
      nameGap: 8,
      axisLabel: { ...label, showMaxLabel: marks.length === 0, formatter: (value: number) => formatNumber(value, Number.isInteger(value) ? 0 : sensibleDigits(value)) },
      splitLine: { lineStyle: { color: surface.line } },
    },
  };
}
