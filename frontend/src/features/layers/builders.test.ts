import type { ScatterplotLayer } from '@deck.gl/layers';
import { PathLayer } from '@deck.gl/layers';
import { describe, expect, it } from 'vitest';

import { perVertex, shiftsOfBranches } from '../../lib/draw/paths';
import { detailScale, symbolScale, transmissionOpacity } from '../../lib/draw/zoomScale';
import { LOADING_CLASSES } from '../../lib/loadingClasses';

import { outageRadii, switchLayers, transformerColours, transformerRadii } from './builders/distribution';
import { branchLayers, branchStyle, substationColours, substationLayers, substationRadii } from './builders/transmission';
import type { DrawStyle } from './builders/transmission';
import { drawLayers } from './draw';
import { highlightLayers } from './highlight';
import type { LayerStates } from './loader';
import { BRANCHES, SUBSTATIONS, TRANSFORMERS, VOLTAGE_LEGEND } from './testColumns';

const STYLE: DrawStyle = {
  colour: 'voltage',
  zoom: 8,
  placement: { beforeId: 'labels' },
  legends: { substations: VOLTAGE_LEGEND, branches: VOLTAGE_LEGEND },
};

const STATES: LayerStates = {
  substations: { phase: 'ready', columns: SUBSTATIONS, error: null },
  branches: { phase: 'ready', columns: BRANCHES, error: null },
  transformers: { phase: 'ready', columns: TRANSFORMERS, error: null },
};

function rgb(colours: Uint8Array, row: number): number[] {
  return [...colours.subarray(4 * row, 4 * row + 3)];
}

function loadingColour(key: string): number[] {
  return [...(LOADING_CLASSES.find((entry) => entry.key === key)?.colour ?? [])];
}

describe('transmission lines', () => {
  it('take the colour of their voltage from the server’s legend', () => {
    const { colours, widthsPx } = branchStyle(BRANCHES, 'voltage', VOLTAGE_LEGEND);
    expect(rgb(colours, 0)).toEqual([0xe0, 0x7a, 0x5f]);
    expect(rgb(colours, 2)).toEqual([0x4f, 0xb0, 0xa5]);
    expect(widthsPx[0]).toBeGreaterThan(widthsPx[2] ?? Infinity);
  });

  it('take the colour of their loading class; unrated ones are unknown', () => {
    const { colours } = branchStyle(BRANCHES, 'loading', VOLTAGE_LEGEND);
    expect([0, 1, 2].map((row) => rgb(colours, row))).toEqual(['moderate', 'heavy', 'unknown'].map(loadingColour));
  });

  it('take the class of their load in the weather; unknown ones are unknown, not lightly loaded', () => {
    const { colours } = branchStyle(BRANCHES, 'weather', VOLTAGE_LEGEND);
    expect([0, 1, 2].map((row) => rgb(colours, row))).toEqual(['light', 'overload', 'unknown'].map(loadingColour));
  });

  it('do not rebuild their colours while nothing changed', () => {
    const first = branchStyle(BRANCHES, 'loading', VOLTAGE_LEGEND);
    expect(branchStyle(BRANCHES, 'loading', VOLTAGE_LEGEND)).toBe(first);
    expect(branchStyle(BRANCHES, 'voltage', VOLTAGE_LEGEND)).not.toBe(first);
  });

  it('lie side by side when parallel, whichever way each runs', () => {
    const shifts = shiftsOfBranches(BRANCHES);
    // BR-2 runs against BR-1: the same sign to its own right is the other side of the pair.
    expect(shifts[0]).toBe(shifts[1]);
    expect(Math.abs(shifts[0] ?? 0)).toBeGreaterThan(0);
    expect(shifts[2]).toBe(0);
  });

  it('are one path layer of binary attributes, a value for each vertex', () => {
    const [layer] = branchLayers(BRANCHES, STYLE);
    expect(layer).toBeInstanceOf(PathLayer);
    const props = layer?.props as unknown as {
      beforeId: string;
      data: { length: number; startIndices: Uint32Array; attributes: Record<string, { value: ArrayLike<number>; size: number }> };
    };
    expect(props.beforeId).toBe('labels');
    expect(props.data.length).toBe(3);
    expect([...props.data.startIndices]).toEqual([0, 2, 4, 6]);
    for (const attribute of Object.values(props.data.attributes)) {
      expect(attribute.value.length).toBe(6 * attribute.size);
    }
  });
});

describe('values per vertex', () => {
  it('repeat a line’s value for each of its points, also for lines without points', () => {
    const starts = Uint32Array.of(0, 3, 3, 5);
    expect([...perVertex(Float32Array.of(1, 2, 3), starts, 1)]).toEqual([1, 1, 1, 3, 3]);
    expect([...perVertex(Uint8Array.of(1, 2, 3, 4, 5, 6), starts, 2)]).toEqual([1, 2, 1, 2, 1, 2, 5, 6, 5, 6]);
  });
});

describe('substations', () => {
  it('grow with voltage and load, and stay visible when both are unknown', () => {
    const [high = 0, loaded = 0, unknown = 0] = substationRadii(SUBSTATIONS);
    expect(high).toBeCloseTo(1.4 + 2.6, 5);
    expect(loaded).toBeCloseTo(1.4 + 1.6 + 2, 5);
    expect(unknown).toBeGreaterThan(2);
  });

  it('step back in loading mode', () => {
    const colours = substationColours(SUBSTATIONS, 'loading', VOLTAGE_LEGEND);
    expect(rgb(colours, 0)).toEqual(rgb(colours, 1));
    expect(rgb(substationColours(SUBSTATIONS, 'voltage', VOLTAGE_LEGEND), 0)).toEqual([0xe0, 0x7a, 0x5f]);
  });

  it('change only a uniform with the zoom', () => {
    const dataAt = (zoom: number) => (substationLayers(SUBSTATIONS, { ...STYLE, zoom })[0] as ScatterplotLayer).props;
    const near = dataAt(12);
    const far = dataAt(5);
    const attributes = (props: typeof near) => (props.data as unknown as { attributes: Record<string, { value: unknown }> }).attributes;
    expect(near.radiusScale).toBeGreaterThan(far.radiusScale);
    expect(attributes(near).getPosition?.value).toBe(attributes(far).getPosition?.value);
    expect(attributes(near).getFillColor?.value).toBe(attributes(far).getFillColor?.value);
  });
});

describe('distribution', () => {
  it('colours transformers by their latest loading', () => {
    const colours = transformerColours(TRANSFORMERS);
    expect(rgb(colours, 0)).toEqual(loadingColour('overload'));
    expect(rgb(colours, 1)).toEqual(loadingColour('unknown'));
  });

  it('draws larger transformers and outages larger, within bounds', () => {
    const [small = 0, large = 0] = transformerRadii(TRANSFORMERS);
    expect(large).toBeGreaterThan(small);
    const outages = { ids: ['a', 'b', 'c'], lon: new Float64Array(3), lat: new Float64Array(3), status: ['CONFIRMED', 'ASSIGNED', null] };
    const radii = outageRadii({ ...outages, customersOut: Float64Array.of(Number.NaN, 100, 1e6) });
    expect([...radii]).toEqual([5, 10, 16]);
  });

  it('draws open switches hollow', () => {
    const [layer] = switchLayers(
      {
        ids: ['SW-1', 'SW-2'],
        lon: new Float64Array(2),
        lat: new Float64Array(2),
        circuitIds: [null, null],
        kind: ['TIE', 'FUSE'],
        isNormallyOpen: Uint8Array.of(1, 0),
      },
      { ...STYLE, legends: { switches: [{ label: 'Tie', color: '#ffffff', value: 'TIE' }] } },
    );
    const fill = (layer?.props.data as { attributes: { getFillColor: { value: Uint8Array } } }).attributes.getFillColor.value;
    expect(fill[3]).toBe(0);
    expect(fill[7]).toBe(255);
  });
});

describe('all layers together', () => {
  it('have stable ids, lines under points', () => {
    expect(drawLayers(STATES, STYLE).map((layer) => layer.id)).toEqual(['branches', 'transformers', 'substations']);
    expect(drawLayers(STATES, STYLE, new Set(['branches'])).map((layer) => layer.id)).not.toContain('branches');
    expect(drawLayers({}, STYLE)).toEqual([]);
  });

  it('mark the selected asset, and nothing for one that is not loaded', () => {
    expect(highlightLayers(STATES, ['SUB-2', 'BR-1', 'SUB-9'], STYLE).map((layer) => layer.id)).toEqual([
      'selected-SUB-2',
      'selected-BR-1',
    ]);
  });
});

describe('the scale of symbols', () => {
  const zooms = Array.from({ length: 89 }, (_, i) => i / 4);

  it.each([symbolScale, detailScale])('never shrinks when zooming in', (scale) => {
    const scales = zooms.map(scale);
    expect(scales).toEqual([...scales].sort((a, b) => a - b));
    expect(scale(0)).toBeGreaterThan(0);
  });

  it('is straight between its steps and constant beyond them', () => {
    expect(symbolScale(0)).toBe(0.45);
    expect(symbolScale(7)).toBeCloseTo(0.825, 12);
    expect(symbolScale(10)).toBe(1.2);
    expect(symbolScale(22)).toBe(2.2);
  });

  it('lets transmission step back close in', () => {
    expect(transmissionOpacity(8)).toBe(1);
    expect(transmissionOpacity(15)).toBe(0.45);
  });
});
