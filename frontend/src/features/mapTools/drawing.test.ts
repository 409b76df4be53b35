import { describe, expect, it } from 'vitest';

import type { Position } from '../../lib/geo/geodesic';
import type { Shape } from '../../lib/geo/shapes';

import { added, chosen, cleared, clicked, draftShape, dragged, dropped, escaped, finished, loaded, NOTHING, pointed, redone, removed, taken, undone } from './drawing';
import type { Drawing } from './drawing';
import { toolOfKey } from './tools';

const AWAY = { first: false, last: false };
const click = (drawing: Drawing, ...places: Position[]): Drawing => places.reduce((now, at) => clicked(now, at, AWAY), drawing);
const SQUARE: Shape = { kind: 'rectangle', points: [[0, 0], [1, 1]], radiusM: null };
const CIRCLE: Shape = { kind: 'circle', points: [[0, 0]], radiusM: 500 };

describe('drawing a way', () => {
  it('takes places until it is ended', () => {
    const going = click(chosen(NOTHING, 'distance'), [0, 0], [1, 0], [1, 1]);
    expect(going.shapes).toEqual([]);
    const done = finished(going);
    expect(done.shapes).toEqual([{ kind: 'distance', points: [[0, 0], [1, 0], [1, 1]], radiusM: null }]);
    expect(done).toMatchObject({ active: 0, draft: [], tool: 'distance' });
  });

  it('does not keep the second click of a double click as a place, and is not ended with one place', () => {
    const going = click(chosen(NOTHING, 'distance'), [0, 0], [1, 0], [1, 0]);
    expect(finished(going).shapes[0]?.points).toEqual([[0, 0], [1, 0]]);
    const one = click(chosen(NOTHING, 'distance'), [0, 0]);
    expect(finished(one)).toBe(one);
  });

  it('shows where the pointer would lead', () => {
    const going = pointed(click(chosen(NOTHING, 'distance'), [0, 0]), [2, 0]);
    expect(draftShape(going)?.points).toEqual([[0, 0], [2, 0]]);
    expect(draftShape(NOTHING)).toBeNull();
  });
});

describe('drawing an area', () => {
  it('is closed on its first corner, once there are three', () => {
    const two = click(chosen(NOTHING, 'polygon'), [0, 0], [1, 0]);
    expect(clicked(two, [0, 0], { first: true, last: false }).draft).toHaveLength(3);
    const three = click(two, [1, 1]);
    expect(clicked(three, [0.001, 0], { first: true, last: false }).shapes[0]?.points).toEqual([[0, 0], [1, 0], [1, 1]]);
  });

  it('of two places is done with the second, and refuses one without size', () => {
    // What is inside is read next: the tool is laid down.
    expect(click(chosen(NOTHING, 'rectangle'), [0, 0], [1, 1])).toMatchObject({ shapes: [SQUARE], tool: 'select' });
    expect(click(chosen(NOTHING, 'rectangle'), [0, 0], [0, 0])).toMatchObject({ shapes: [], draft: [[0, 0]] });
    const circle = click(chosen(NOTHING, 'circle'), [0, 0], [0, 0.01]).shapes[0];
    // pyproj.Geod(ellps="WGS84").inv(0, 0, 0, 0.01), kept to a decimetre.
    expect(circle).toEqual({ kind: 'circle', points: [[0, 0]], radiusM: 1105.7 });
  });
});

describe('a handle', () => {
  it('moves its place in one step that can be taken back', () => {
    const start = loaded(NOTHING, [SQUARE, CIRCLE]);
    const moved = dropped(dragged(dragged(taken(start, 0, 1), [2, 2]), [3, 3]));
    expect(moved.shapes).toEqual([{ ...SQUARE, points: [[0, 0], [3, 3]] }, CIRCLE]);
    expect(moved.active).toBe(0);
    expect(undone(moved).shapes).toEqual([SQUARE, CIRCLE]);
    expect(redone(undone(moved)).shapes).toEqual(moved.shapes);
  });

  it('that would leave no shape goes back, and one not moved makes no step', () => {
    const start = loaded(NOTHING, [SQUARE]);
    expect(dropped(dragged(taken(start, 0, 1), [0, 5])).shapes).toEqual([SQUARE]);
    expect(dropped(taken(start, 0, 1)).past).toEqual([]);
    expect(escaped(dragged(taken(start, 0, 1), [4, 4])).shapes).toEqual([SQUARE]);
  });
});

describe('taking back', () => {
  it('takes the last place first, then the last change', () => {
    const going = click(chosen(added(NOTHING, SQUARE), 'distance'), [0, 0], [1, 0]);
    const back = undone(going);
    expect(back.draft).toEqual([[0, 0]]);
    expect(undone(undone(back)).shapes).toEqual([]);
    expect(undone(NOTHING)).toBe(NOTHING);
  });

  it('forgets what was taken back once something new is done', () => {
    const back = undone(added(NOTHING, SQUARE));
    expect(back.future).toHaveLength(1);
    expect(redone(added(back, CIRCLE)).shapes).toEqual([CIRCLE]);
  });

  it('brings back what was cleared', () => {
    const two = loaded(NOTHING, [SQUARE, CIRCLE]);
    expect(undone(cleared(two)).shapes).toEqual([SQUARE, CIRCLE]);
    expect(undone(removed(two, 0)).shapes).toEqual([SQUARE, CIRCLE]);
    expect(removed(two, 0)).toMatchObject({ shapes: [CIRCLE], active: 0 });
  });
});

describe('escape', () => {
  it('ends what is being drawn, then the tool, then clears', () => {
    const going = click(chosen(loaded(NOTHING, [SQUARE]), 'distance'), [0, 0]);
    const first = escaped(going);
    expect(first).toMatchObject({ draft: [], tool: 'distance' });
    const second = escaped(first);
    expect(second).toMatchObject({ tool: 'select', shapes: [SQUARE] });
    expect(escaped(second).shapes).toEqual([]);
  });
});

it('keeps the newest eight shapes', () => {
  const many = Array.from({ length: 9 }, (_, i): Shape => ({ ...CIRCLE, radiusM: i + 1 }));
  const all = many.reduce(added, NOTHING).shapes;
  expect(all.map(({ radiusM }) => radiusM)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

it('knows its keys', () => {
  expect(['v', 'D', 'a', 'c', 'r', 'P', 'z', 'Enter'].map(toolOfKey)).toEqual(['select', 'distance', 'area', 'circle', 'rectangle', 'polygon', null, null]);
});
