/** What is shown, and its form in the address. What a link says wrongly is dropped: the default is shown. */
import { cleanSteps, MOST_STEPS } from './steps';
import type { Step } from './steps';

export const PATH = '/topology';

export const TABS = ['diagram', 'ties', 'islands', 'quality'] as const;
export type Tab = (typeof TABS)[number];

/** What is asked about the chosen element. */
export const ASKS = ['UPSTREAM', 'TO_SOURCE', 'DOWNSTREAM', 'LOST_IF_OPENED', 'ISOLATION'] as const;
export type Ask = (typeof ASKS)[number];

export type Positions = 'PRESENT' | 'NORMAL';
export type Basis = 'NEWEST' | 'PEAK';

export interface TopologyView {
  tab: Tab;
  /** Substation or circuit; any other asset of a circuit stands for the circuit. Null: the list. */
  of: string | null;
  selected: string | null;
  ask: Ask | null;
  positions: Positions;
  basis: Basis;
  /** Whether every section is drawn by itself. */
  isWhole: boolean;
  /** Runs whose sections are drawn by themselves. */
  unfolded: readonly string[];
  steps: readonly Step[];
}

export const DEFAULT_VIEW: TopologyView = {
  tab: 'diagram',
  of: null,
  selected: null,
  ask: null,
  positions: 'PRESENT',
  basis: 'NEWEST',
  isWhole: false,
  unfolded: [],
  steps: [],
};

const ID = /^[A-Z]{2,8}-[A-Za-z0-9_.:-]{1,120}$/;
const MOST_UNFOLDED = 40;
const OWN_NAMES = ['tab', 'of', 'sel', 'ask', 'positions', 'load', 'detail', 'unfold', 'do'];

function oneOf<T extends string>(allowed: readonly T[], text: string | null): T | null {
  return allowed.find((each) => each === text) ?? null;
}

function id(text: string | null): string | null {
  return text !== null && ID.test(text) ? text : null;
}

function list(text: string | null): string[] {
  return text === null ? [] : text.split(',').filter((each) => each !== '');
}

function decodeStep(text: string): Step | null {
  const [verb, switchId = '', ...rest] = text.split('~');
  if ((verb !== 'open' && verb !== 'close') || rest.length > 0 || !ID.test(switchId)) return null;
  return { switchId, opens: verb === 'open' };
}

export function decodeTopologyView(search: string): TopologyView {
  const params = new URLSearchParams(search);
  const steps = list(params.get('do')).map(decodeStep).filter((step) => step !== null);
  return {
    tab: oneOf(TABS, params.get('tab')) ?? DEFAULT_VIEW.tab,
    of: id(params.get('of')),
    selected: id(params.get('sel')),
    ask: oneOf(ASKS, params.get('ask')),
    positions: params.get('positions') === 'normal' ? 'NORMAL' : 'PRESENT',
    basis: params.get('load') === 'peak' ? 'PEAK' : 'NEWEST',
    isWhole: params.get('detail') === 'sections',
    unfolded: list(params.get('unfold')).filter((each) => ID.test(each)).slice(0, MOST_UNFOLDED),
    steps: cleanSteps(steps).slice(0, MOST_STEPS),
  };
}

/** The query string with this view in it; what else it says stays. */
export function withTopologyView(search: string, view: TopologyView): string {
  const params = new URLSearchParams(search);
  for (const name of OWN_NAMES) params.delete(name);
  const add = (name: string, value: string | null): void => {
    if (value !== null && value !== '') params.append(name, value);
  };
  add('tab', view.tab === DEFAULT_VIEW.tab ? null : view.tab);
  add('of', view.of);
  add('sel', view.selected);
  add('ask', view.ask);
  add('positions', view.positions === 'NORMAL' ? 'normal' : null);
  add('load', view.basis === 'PEAK' ? 'peak' : null);
  add('detail', view.isWhole ? 'sections' : null);
  add('unfold', view.unfolded.join(','));
  add('do', view.steps.map(({ switchId, opens }) => `${opens ? 'open' : 'close'}~${switchId}`).join(','));
  // Commas and tildes are legal in a query; leaving them bare keeps links readable.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%7E', '~').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Another diagram, with the same study, positions and loads. */
export function otherDiagram(search: string, of: string, selected: string | null = null): string {
  return PATH + withTopologyView('', { ...decodeTopologyView(search), tab: 'diagram', of, selected, ask: null, unfolded: [] });
}

/** The address of an element: its circuit, or its substation, with it chosen. */
export function topologyAddress(of: string, selected: string | null = null): string {
  return PATH + withTopologyView('', { ...DEFAULT_VIEW, of, selected });
}
