import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';

import { chartConfig, readySpec } from './chartSpec';
import type { ChartLook } from './chartSpec';

const LOOK: ChartLook = { background: '#111a21', text: '#eeeeee', muted: '#999999', line: '#333333', series: ['#5cc8e6', '#f2b54a'] };
const BARS = {
  $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
  title: 'Outages by cause',
  mark: { type: 'bar' },
  encoding: {
    x: { field: 'n', type: 'quantitative', title: 'Outages' },
    y: { field: 'cause', type: 'nominal', sort: null },
  },
  data: { values: [{ cause: 'Tree', n: 7 }, { cause: 'Animal', n: 2 }, { cause: 'Unknown', n: null }] },
};

describe('a chart', () => {
  it('is drawn in the colours of the app without evaluating code', async () => {
    const { spec } = compile({ ...readySpec(BARS), width: 300 } as unknown as TopLevelSpec, { config: chartConfig(LOOK) });
    const evaluate = globalThis.Function;
    globalThis.Function = (() => {
      throw new Error('Code is evaluated.');
    }) as unknown as FunctionConstructor;
    try {
      const view = new View(parse(spec, spec.config, { ast: true }), { renderer: 'none', expr: expressionInterpreter });
      const svg = await view.toSVG();
      expect(svg).toContain('#5cc8e6');
      expect(svg).toContain('#111a21');
      expect(svg).toContain('Animal');
      view.finalize();
    } finally {
      globalThis.Function = evaluate;
    }
  });

  it('is as wide as its place, and keeps its data', () => {
    expect(readySpec(BARS)).toMatchObject({ width: 'container', autosize: { type: 'fit-x' }, data: BARS.data });
    expect(readySpec(BARS)).not.toHaveProperty('height');
    expect(readySpec({ mark: 'line', encoding: { y: { field: 'a', type: 'quantitative' } } })).toHaveProperty('height', 220);
    expect(readySpec({ ...BARS, facet: { field: 'x' } })).not.toHaveProperty('width');
  });

  it('cannot change how it is embedded, nor how charts look', () => {
    const ready = readySpec({ ...BARS, usermeta: { embedOptions: { ast: false, loader: {} } }, config: { background: 'white' }, background: 'white' });
    for (const key of ['usermeta', 'config', 'background', 'title']) expect(ready).not.toHaveProperty(key);
  });
});
