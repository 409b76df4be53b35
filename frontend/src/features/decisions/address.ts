/** What is shown, and its form in the address. What a link says wrongly is dropped. */
export const TABS = ['summary', 'mitigation', 'restoration', 'staging', 'investment', 'explanation'] as const;
export type Tab = (typeof TABS)[number];
export type StudyTab = Exclude<Tab, 'summary'>;

export const PATH = '/cascade/decisions';

export interface DecisionsView {
  /** Null: none is chosen yet. */
  run: string | null;
  tab: Tab;
  /** The study shown; null: the newest of its kind. */
  study: string | null;
  /** The study it is compared with. */
  other: string | null;
  /** Whether the form of a new study is open. */
  isStarting: boolean;
  /** All of a run on one page, to print. */
  isReport: boolean;
  /** How long losses last, for the cost of a run: low, mid and high, hours. */
  hours: Hours | null;
  /** The restoration plan whose times the cost takes instead. */
  plan: string | null;
}

export interface Hours {
  lowH: number;
  midH: number;
  highH: number;
}

export const DEFAULT_VIEW: DecisionsView = {
  run: null,
  tab: 'summary',
  study: null,
  other: null,
  isStarting: false,
  isReport: false,
  hours: null,
  plan: null,
};

const PLAIN_ID = /^\d{1,18}$/;

function idOf(text: string | null): string | null {
  return text !== null && PLAIN_ID.test(text) ? text : null;
}

function hoursOf(text: string | null): Hours | null {
  const [lowH, midH, highH, ...rest] = (text ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (lowH === undefined || midH === undefined || highH === undefined || rest.length > 0) return null;
  const isInOrder = Number.isFinite(highH) && lowH >= 0 && lowH <= midH && midH <= highH;
  return isInOrder ? { lowH, midH, highH } : null;
}

export function decodeDecisions(search: string): DecisionsView {
  const params = new URLSearchParams(search);
  const study = idOf(params.get('study'));
  const other = idOf(params.get('with'));
  return {
    run: idOf(params.get('run')),
    tab: TABS.find((each) => each === params.get('tab')) ?? DEFAULT_VIEW.tab,
    study,
    other: other === study ? null : other,
    isStarting: params.get('new') === '1',
    isReport: params.get('view') === 'report',
    hours: hoursOf(params.get('hours')),
    plan: idOf(params.get('plan')),
  };
}

/** The query string of a view, empty for the default. */
export function encodeDecisions(view: DecisionsView): string {
  const params = new URLSearchParams();
  if (view.run !== null) params.set('run', view.run);
  if (view.tab !== DEFAULT_VIEW.tab) params.set('tab', view.tab);
  if (view.study !== null) params.set('study', view.study);
  if (view.other !== null) params.set('with', view.other);
  if (view.isStarting) params.set('new', '1');
  if (view.isReport) params.set('view', 'report');
  if (view.hours !== null) params.set('hours', `${view.hours.lowH},${view.hours.midH},${view.hours.highH}`);
  if (view.plan !== null) params.set('plan', view.plan);
  const text = params.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** A view after a change: another run or tab has no study of its own yet. */
export function changed(view: DecisionsView, part: Partial<DecisionsView>): DecisionsView {
  if (part.run !== undefined && part.run !== view.run) return { ...DEFAULT_VIEW, tab: view.tab, ...part };
  return part.tab !== undefined && part.tab !== view.tab ? { ...view, study: null, other: null, isStarting: false, ...part } : { ...view, ...part };
}
