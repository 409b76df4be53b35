/**
 * Where the parts of a substation's one-line diagram stand: a bar for each bus, the highest voltage on top; lines
 * to other substations leave upwards; what joins two of its buses runs between the bars, each in a lane of its own;
 * the circuits leave downwards from bars of their own voltage.
 */
export interface BusInput {
  id: string;
  kv: number;
  loadMw: number;
}

export interface BranchInput {
  id: string;
  /** Null: a bus that is not of this substation. */
  fromBus: string | null;
  toBus: string | null;
  /** By what the lines of a bus are ordered. */
  order: string;
}

export interface CircuitInput {
  id: string;
  kv: number;
}

export interface Bar {
  id: string;
  kv: number;
  /** Of circuits: such a bar is no bus of the records. */
  isOfCircuits: boolean;
  x: number;
  y: number;
  width: number;
}

export interface Feeder {
  id: string;
  barId: string;
  x: number;
  y: number;
}

export interface Joint {
  id: string;
  /** Between a bus with demand and the circuits: the records name no bank. */
  isRecorded: boolean;
  fromBar: string;
  toBar: string;
  points: readonly (readonly [number, number])[];
}

export interface SubstationLayout {
  bars: Bar[];
  /** Upwards. */
  lines: Feeder[];
  /** Downwards. */
  circuits: Feeder[];
  joints: Joint[];
  bounds: { left: number; top: number; width: number; height: number };
}

/** In pixels. A slot holds one line with its texts; lanes are what joints run in. */
export const SUBSTATION_SIZES = { slot: 116, label: 120, above: 122, below: 66, lane: 14, circuit: 122 } as const;

interface Draft {
  id: string;
  kv: number;
  isOfCircuits: boolean;
  tier: number;
  up: string[];
  /** Ids of the joints that end at its upper and at its lower side. */
  top: string[];
  bottom: string[];
  down: string[];
}

interface Join {
  id: string;
  isRecorded: boolean;
  high: Draft;
  low: Draft;
}

const SIZES = SUBSTATION_SIZES;

export function layoutSubstation(buses: readonly BusInput[], branches: readonly BranchInput[], circuits: readonly CircuitInput[]): SubstationLayout {
  const drafts = draftsOf(buses, circuits);
  const joins = joinsOf(drafts, buses, branches, circuits);
  for (const { id, high, low } of joins) {
    high.bottom.push(id);
    (low === high || low.tier === high.tier ? low.bottom : low.top).push(id);
  }
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  for (const branch of branches.toSorted((a, b) => compare(a.order, b.order) || compare(a.id, b.id))) {
    const ends = [branch.fromBus, branch.toBus].map((id) => (id === null ? undefined : byId.get(id)));
    const own = ends.filter((end) => end !== undefined);
    if (own.length === 1) own[0]?.up.push(branch.id);
  }
  return placed(drafts, joins);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : Number(a > b);
}

function draftsOf(buses: readonly BusInput[], circuits: readonly CircuitInput[]): Draft[] {
  const voltages = [...new Set(buses.map(({ kv }) => kv))].sort((a, b) => b - a);
  const make = (id: string, kv: number, tier: number, isOfCircuits: boolean): Draft => ({ id, kv, tier, isOfCircuits, up: [], top: [], bottom: [], down: [] });
  const drafts = buses.toSorted((a, b) => b.kv - a.kv || compare(a.id, b.id)).map(({ id, kv }) => make(id, kv, voltages.indexOf(kv), false));
  const served = [...new Set(circuits.map(({ kv }) => kv))].sort((a, b) => b - a);
  for (const kv of served) {
    const bar = make(`${kv} kV`, kv, voltages.length, true);
    bar.down = circuits.filter((circuit) => circuit.kv === kv).map(({ id }) => id);
    drafts.push(bar);
  }
  return drafts;
}

function joinsOf(drafts: readonly Draft[], buses: readonly BusInput[], branches: readonly BranchInput[], circuits: readonly CircuitInput[]): Join[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const joins: Join[] = [];
  for (const { id, fromBus, toBus } of branches.toSorted((a, b) => compare(a.id, b.id))) {
    const ends = [fromBus, toBus].map((end) => (end === null ? undefined : byId.get(end)));
    const [first, second] = ends.toSorted((a, b) => (a?.tier ?? 0) - (b?.tier ?? 0));
    if (first !== undefined && second !== undefined && first !== second) joins.push({ id, isRecorded: true, high: first, low: second });
  }
  if (circuits.length === 0) return joins;
  for (const { id, loadMw } of buses) {
    const high = byId.get(id);
    if (loadMw <= 0 || high === undefined) continue;
    for (const low of drafts.filter(({ isOfCircuits }) => isOfCircuits)) joins.push({ id: `${id} ${low.id}`, isRecorded: false, high, low });
  }
  return joins;
}

function placed(drafts: readonly Draft[], joins: readonly Join[]): SubstationLayout {
  const layout: SubstationLayout = { bars: [], lines: [], circuits: [], joints: [], bounds: { left: 0, top: 0, width: 0, height: 0 } };
  const tiers = [...new Set(drafts.map(({ tier }) => tier))].sort((a, b) => a - b);
  const slots = new Map<string, number>();
  let right = 0;
  const widths = new Map(
    tiers.map((tier) => {
      let x = 0;
      for (const draft of drafts.filter((each) => each.tier === tier)) {
        // Joints come first, then lines; below, joints stand between the slots of above, so that no two meet.
        const top = [...draft.top.map((id) => `${id} top ${draft.id}`), ...draft.up.map((id) => `${id} up ${draft.id}`)];
        top.forEach((key, i) => slots.set(key, x + (i + 0.5) * SIZES.slot));
        draft.bottom.forEach((id, i) => slots.set(`${id} bottom ${draft.id}`, x + i * SIZES.slot + 28));
        draft.down.forEach((id, i) => slots.set(`${id} down ${draft.id}`, x + (i + 0.5) * SIZES.slot));
        const width = Math.max(top.length, draft.bottom.length, draft.down.length, 1) * SIZES.slot;
        slots.set(`bar ${draft.id}`, x);
        slots.set(`width ${draft.id}`, width);
        x += width + SIZES.label;
      }
      right = Math.max(right, x - SIZES.label);
      return [tier, x] as const;
    }),
  );
  const at = (key: string): number => slots.get(key) ?? 0;

  // Lanes below each tier: one for each joint that begins there, and for each that comes by from farther above.
  const tierY = new Map<number, number>();
  const laneY = new Map<string, number>();
  let y = 0;
  for (const tier of tiers) {
    tierY.set(tier, y);
    const begin = joins.filter(({ high }) => high.tier === tier);
    const arrive = joins.filter(({ high, low }) => low.tier > high.tier && low.tier === nextTier(tiers, tier) && nextTier(tiers, high.tier) !== low.tier);
    let lane = y + SIZES.below;
    for (const { id } of begin) laneY.set(`${id} begin`, (lane += SIZES.lane));
    for (const { id } of arrive) laneY.set(`${id} arrive`, (lane += SIZES.lane));
    y = lane + (drafts.some((draft) => draft.tier === nextTier(tiers, tier) && draft.up.length > 0) ? SIZES.above : 34);
  }
  let byPass = right;
  for (const { id, isRecorded, high, low } of joins) {
    const x1 = at(`${id} bottom ${high.id}`);
    const isLevel = low.tier === high.tier;
    const x2 = isLevel ? at(`${id} bottom ${low.id}`) : at(`${id} top ${low.id}`);
    const [y1, y2] = [tierY.get(high.tier) ?? 0, tierY.get(low.tier) ?? 0];
    const begin = laneY.get(`${id} begin`) ?? y1;
    const arrive = laneY.get(`${id} arrive`);
    const points: [number, number][] = [[x1, y1], [x1, begin]];
    if (arrive !== undefined) {
      byPass += SIZES.lane * 2;
      points.push([byPass, begin], [byPass, arrive], [x2, arrive]);
    } else points.push([x2, begin]);
    points.push([x2, y2]);
    layout.joints.push({ id, isRecorded, fromBar: high.id, toBar: low.id, points });
  }
  for (const draft of drafts) {
    const barY = tierY.get(draft.tier) ?? 0;
    layout.bars.push({ id: draft.id, kv: draft.kv, isOfCircuits: draft.isOfCircuits, x: at(`bar ${draft.id}`), y: barY, width: at(`width ${draft.id}`) });
    for (const id of draft.up) layout.lines.push({ id, barId: draft.id, x: at(`${id} up ${draft.id}`), y: barY });
    for (const id of draft.down) layout.circuits.push({ id, barId: draft.id, x: at(`${id} down ${draft.id}`), y: barY });
  }
  const lowest = Math.max(0, ...layout.bars.map((bar) => bar.y + (bar.isOfCircuits ? SIZES.circuit : 30)));
  const top = -(drafts.some(({ tier, up }) => tier === tiers[0] && up.length > 0) ? SIZES.above : 40);
  layout.bounds = { left: -SIZES.label, top, width: Math.max(byPass, right, ...widths.values()) + SIZES.label, height: lowest - top };
  return layout;
}

function nextTier(tiers: readonly number[], tier: number): number | undefined {
  return tiers[tiers.indexOf(tier) + 1];
}
