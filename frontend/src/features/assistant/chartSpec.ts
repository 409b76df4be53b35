import { objectIn } from './json';
import type { JsonObject } from './json';

/** What a chart takes from the app's theme. */
export interface ChartLook {
  background: string;
  text: string;
  muted: string;
  line: string;
  /** Colours of series, the first for a chart of one. */
  series: readonly string[];
}

const FONT = 'Roboto, "Segoe UI", sans-serif';

/** Vega's configuration in the app's colours and type. */
export function chartConfig(look: ChartLook): JsonObject {
  const [first] = look.series;
  return {
    background: look.background,
    font: FONT,
    padding: 8,
    view: { stroke: null },
    title: { color: look.text, fontSize: 13, fontWeight: 500, anchor: 'start', offset: 10 },
    axis: {
      labelColor: look.muted,
      titleColor: look.muted,
      titleFontWeight: 400,
      labelFontSize: 11,
      titleFontSize: 11,
      gridColor: look.line,
      domainColor: look.line,
      tickColor: look.line,
      labelLimit: 160,
      titleLimit: 220,
    },
    legend: { labelColor: look.muted, titleColor: look.muted, titleFontWeight: 400, labelFontSize: 11, titleFontSize: 11, orient: 'bottom', columns: 3, labelLimit: 140 },
    header: { labelColor: look.muted, titleColor: look.muted },
    range: { category: look.series },
    mark: { color: first },
    bar: { color: first },
    line: { color: first, strokeWidth: 2 },
    point: { color: first, filled: true, size: 36 },
    area: { color: first, fillOpacity: 0.35, line: true },
    rule: { color: look.muted },
    text: { color: look.text },
  };
}

const COMPOSED = ['facet', 'repeat', 'hconcat', 'vconcat', 'concat', 'row', 'column'];
const TIME_SERIES_HEIGHT_PX = 220;

/**
 * A chart's document made ready to draw: as wide as its place, in the app's colours.
 *
 * `usermeta` could change how the chart is embedded, and its own `config` how it looks: both are left out.
 */
export function readySpec(spec: JsonObject): JsonObject {
  const { usermeta: _usermeta, config: _config, background: _background, title: _title, ...rest } = spec;
  const isComposed = COMPOSED.some((key) => key in rest) || hasFacet(rest);
  if (isComposed) return rest;
  const size: JsonObject = { width: 'container', autosize: { type: 'fit-x', contains: 'padding' } };
  return { ...rest, ...size, ...(rest.height === undefined && !isSteppedInY(rest) ? { height: TIME_SERIES_HEIGHT_PX } : {}) };
}

function hasFacet(spec: JsonObject): boolean {
  const encoding = objectIn(spec.encoding);
  return encoding !== null && ('row' in encoding || 'column' in encoding || 'facet' in encoding);
}

/** Bars stacked downwards take a line each; the rest gets a fixed height. */
function isSteppedInY(spec: JsonObject): boolean {
  const y = objectIn(objectIn(spec.encoding)?.y);
  return y?.type === 'nominal' || y?.type === 'ordinal';
}
