import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { formatNumber, formatQuantity, UNKNOWN } from '../../../lib/format';
import { loadingClass } from '../../../lib/loadingClasses';
import { css } from '../../../ui/palette';
import { layoutSubstation, SUBSTATION_SIZES as SIZES } from '../layout/substation';
import type { BranchRow, CircuitRow, SubstationAnswer, WeatherRating } from '../substationQueries';

import { Canvas } from './Canvas';
import { useInk } from './ink';
import type { Ink } from './ink';
import { isDirection, nextBox } from './roving';
import type { Box } from './roving';
import { Label, SwitchSymbol, TransformerSymbol } from './symbols';

interface Props {
  substation: SubstationAnswer;
  branches: readonly BranchRow[];
  weather: ReadonlyMap<string, WeatherRating>;
  /** The switch at the head of each circuit, where it is known. */
  heads: ReadonlyMap<string, HeadState>;
  selected: string | null;
  onSelect: (assetId: string | null) => void;
  onOpen: (circuitId: string) => void;
}

export interface HeadState {
  kind: string;
  isOpen: boolean;
}

interface Part {
  id: string;
  box: Box;
  spoken: string;
  view: ReactNode;
}

const ROOM = SIZES.slot - 8;

/** A substation: its lines, its buses with what joins them, and its circuits. */
export function SubstationDiagram({ substation, branches, weather, heads, selected, onSelect, onOpen }: Props) {
  const ink = useInk();
  const circuits = useMemo(() => substation.circuits.edges.map(({ node }) => node), [substation]);
  const layout = useMemo(() => {
    const buses = substation.buses.edges.map(({ node }) => ({ id: node.assetId, kv: node.baseKv, loadMw: node.loadMw }));
    const own = new Set(buses.map(({ id }) => id));
    const bus = (end: BranchRow['fromBus']): string | null => (end !== null && own.has(end.assetId) ? end.assetId : null);
    return layoutSubstation(
      buses,
      branches.map((branch) => ({ id: branch.assetId, fromBus: bus(branch.fromBus), toBus: bus(branch.toBus), order: farEnd(branch, substation.assetId)?.name ?? '' })),
      circuits.map(({ assetId, voltageKv }) => ({ id: assetId, kv: voltageKv })),
    );
  }, [substation, branches, circuits]);

  const parts = useMemo<Part[]>(() => {
    const branchOf = new Map(branches.map((branch) => [branch.assetId, branch]));
    const circuitOf = new Map(circuits.map((circuit) => [circuit.assetId, circuit]));
    const loadOf = new Map(substation.buses.edges.map(({ node }) => [node.assetId, node.loadMw]));
    const found: Part[] = [];
    for (const { id, x, y } of layout.lines) {
      const branch = branchOf.get(id);
      if (branch === undefined) continue;
      const far = farEnd(branch, substation.assetId);
      const flow = flowOut(branch, substation.assetId);
      found.push({
        id,
        box: { x: x - SIZES.slot / 2 + 2, y: y - SIZES.above + 6, width: SIZES.slot - 4, height: SIZES.above - 8 },
        spoken: `${branch.kind === 'LINE' ? 'Line' : 'Branch'} ${id} to ${far?.name ?? 'a substation that you may not see'}, ${branch.baseKv} kV, ${flowWords(flow)}, loading ${formatQuantity(branch.baseLoadingPct, '%', 0)} of ${formatQuantity(branch.ratingMva, 'MVA', 0)}`,
        view: <LineView branch={branch} name={far?.name ?? 'not visible'} flow={flow} weather={weather.get(id)} x={x} y={y} ink={ink} />,
      });
    }
    for (const bar of layout.bars) {
      const load = loadOf.get(bar.id);
      found.push({
        id: bar.id,
        box: { x: bar.x - SIZES.label + 14, y: bar.y - 18, width: bar.width + SIZES.label - 14, height: 36 },
        spoken: bar.isOfCircuits ? `Circuits of ${bar.kv} kV` : `Bus ${bar.id}, ${bar.kv} kV, demand ${formatQuantity(load, 'MW')}`,
        view: (
          <>
            <line x1={bar.x} x2={bar.x + bar.width} y1={bar.y} y2={bar.y} stroke={bar.isOfCircuits ? ink.muted : ink.text} strokeWidth={bar.isOfCircuits ? 3 : 6} />
            <Label x={bar.x - 10} y={bar.y - 2} text={`${bar.kv} kV`} room={SIZES.label - 30} colour={ink.text} anchor="end" size={13} weight={600} />
            <Label x={bar.x - 10} y={bar.y + 13} text={bar.isOfCircuits ? 'circuits' : bar.id} room={SIZES.label - 30} colour={ink.muted} anchor="end" />
          </>
        ),
      });
    }
    for (const { id, points, isRecorded } of layout.joints) {
      const branch = branchOf.get(id);
      const [first = [0, 0] as const] = points;
      const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'} ${x} ${y}`).join(' ');
      if (!isRecorded || branch === undefined) {
        found.push({ id, box: { x: first[0] - 10, y: first[1] + 4, width: SIZES.slot - 8, height: SIZES.below - 6 }, spoken: 'How the circuits are fed is not on record', view: <UnrecordedView d={d} x={first[0]} y={first[1]} capacityMva={substation.capacityMva} ink={ink} /> });
        continue;
      }
      found.push({
        id,
        box: { x: first[0] - 12, y: first[1] + 4, width: SIZES.slot - 8, height: SIZES.below - 6 },
        spoken: `${branch.kind === 'LINE' ? 'Line' : 'Transformer'} ${id} between two buses, ${formatQuantity(Math.abs(branch.baseFlowMw), 'MW')}, loading ${formatQuantity(branch.baseLoadingPct, '%', 0)} of ${formatQuantity(branch.ratingMva, 'MVA', 0)}`,
        view: <JointView d={d} branch={branch} x={first[0]} y={first[1]} ink={ink} />,
      });
    }
    for (const { id, x, y } of layout.circuits) {
      const circuit = circuitOf.get(id);
      if (circuit === undefined) continue;
      const load = circuit.operatingStatus;
      found.push({
        id,
        box: { x: x - SIZES.slot / 2 + 2, y: y + 4, width: SIZES.slot - 4, height: SIZES.circuit - 6 },
        spoken: `Circuit ${circuit.name}, ${headWords(heads.get(id))}, load ${formatQuantity(load?.loadMva, 'MVA')}, loading ${formatQuantity(load?.loadingPct, '%', 0)}, ${formatNumber(circuit.customerCount)} customers`,
        view: <CircuitView circuit={circuit} head={heads.get(id)} x={x} y={y} ink={ink} />,
      });
    }
    return found;
  }, [layout, branches, circuits, substation, weather, heads, ink]);

  const [at, setAt] = useState(0);
  const [moved, setMoved] = useState<number | null>(null);
  const current = Math.min(at, Math.max(0, parts.length - 1));
  const elements = useRef(new Map<number, SVGRectElement>());
  const boxes = useMemo(() => parts.map(({ box }) => box), [parts]);
  const onKey = (event: KeyboardEvent): void => {
    const id = parts[current]?.id;
    if (!(event.target instanceof SVGElement) || event.target.dataset.part === undefined || id === undefined) return;
    if (isDirection(event.key)) {
      event.preventDefault();
      const next = nextBox(boxes, current, event.key);
      if (next === null) return;
      setAt(next);
      setMoved(next);
      elements.current.get(next)?.focus({ preventScroll: true });
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect(id);
    } else if (event.key === 'Escape') onSelect(null);
  };
  const { left, top, width, height } = layout.bounds;
  return (
    <Canvas
      label={`One-line diagram of substation ${substation.name}`}
      bounds={{ x: left, y: top, width, height }}
      drawing={substation.assetId}
      target={(moved === null ? parts.find(({ id }) => id === selected) : parts[moved])?.box ?? null}
      targetKey={moved === null ? selected : `part ${moved}`}
      onKey={onKey}
    >
      {parts.map(({ id, box, spoken, view }, i) => (
        <g key={id}>
          <rect {...box} rx={4} fill={id === selected ? ink.selection : 'transparent'} stroke={id === selected ? ink.accent : 'none'} strokeWidth={1.5} />
          <g aria-hidden>{view}</g>
          <rect
            ref={(element) => {
              if (element === null) elements.current.delete(i);
              else elements.current.set(i, element);
            }}
            {...box}
            fill="transparent"
            role="button"
            data-part="substation"
            data-testid={`part-${id}`}
            tabIndex={i === current ? 0 : -1}
            aria-label={spoken}
            aria-pressed={id === selected}
            style={{ cursor: 'pointer' }}
            onFocus={() => setAt(i)}
            onClick={() => {
              setMoved(null);
              onSelect(id);
            }}
            onDoubleClick={() => circuits.some(({ assetId }) => assetId === id) && onOpen(id)}
          />
        </g>
      ))}
    </Canvas>
  );
}

/** The substation at the other end. */
export function farEnd({ fromSubstation, toSubstation }: BranchRow, own: string): BranchRow['toSubstation'] {
  return fromSubstation?.assetId === own ? toSubstation : fromSubstation;
}

/** Positive: out of the substation. */
export function flowOut({ baseFlowMw, fromSubstation }: BranchRow, own: string): number {
  return fromSubstation?.assetId === own ? baseFlowMw : -baseFlowMw;
}

export function flowWords(flow: number): string {
  return `${formatQuantity(Math.abs(flow), 'MW')} ${flow >= 0 ? 'out' : 'in'}`;
}

/** A loading as a bar and in digits, with the rating it is of. */
function Loading({ x, y, pct, of, ink, anchor = 'middle' }: { x: number; y: number; pct: number | null | undefined; of?: number | null | undefined; ink: Ink; anchor?: 'start' | 'middle' }) {
  const entry = loadingClass(pct);
  const share100 = entry.key === 'unknown' ? UNKNOWN : formatQuantity(pct, '%', 0);
  const text = of === undefined ? share100 : of === null ? 'no limit' : `${share100} of ${formatNumber(of)}`;
  const width = 26;
  const from = anchor === 'middle' ? x - (width + 4 + text.length * 6.3) / 2 : x;
  const share = Math.min(1, Math.abs(pct ?? 0) / 100);
  return (
    <g>
      <rect x={from} y={y - 8} width={width} height={7} fill="none" stroke={ink.muted} strokeWidth={0.8} />
      <rect x={from} y={y - 8} width={width * share} height={7} fill={css(entry.colour)} />
      <text x={from + width + 4} y={y} fontSize={12} fill={entry.key === 'overload' ? ink.bad : ink.text} fontWeight={entry.key === 'overload' ? 700 : 400}>
        {text}
      </text>
    </g>
  );
}

function LineView({ branch, name, flow, weather, x, y, ink }: { branch: BranchRow; name: string; flow: number; weather: WeatherRating | undefined; x: number; y: number; ink: Ink }) {
  const top = y - 46;
  const inAir = weather?.weatherLoadingPct != null;
  return (
    <>
      <line x1={x} x2={x} y1={y} y2={top} stroke={branch.inService ? ink.text : ink.dead} strokeWidth={2} strokeDasharray={branch.inService ? undefined : '4 4'} />
      {branch.kind !== 'LINE' && (
        <g transform={`translate(${x} ${y - 34})`}>
          <TransformerSymbol colour={ink.text} ground={ink.ground} stem={4} radius={6} />
        </g>
      )}
      <path d={flow >= 0 ? `M ${x - 5} ${top + 10} L ${x} ${top} L ${x + 5} ${top + 10} Z` : `M ${x - 5} ${top + 6} L ${x} ${top + 16} L ${x + 5} ${top + 6} Z`} fill={ink.text} />
      <Label x={x} y={top - 54} text={name} room={ROOM} colour={ink.text} anchor="middle" weight={600} />
      <Label x={x} y={top - 39} text={branch.assetId} room={ROOM} colour={ink.muted} anchor="middle" size={11} />
      <Label x={x} y={top - 24} text={branch.inService ? flowWords(flow) : 'out of service'} room={ROOM} colour={ink.text} anchor="middle" />
      <Loading x={x} y={top - 9} pct={branch.inService ? (inAir ? weather.weatherLoadingPct : branch.baseLoadingPct) : null} of={inAir ? weather.weatherRatingMva : branch.ratingMva} ink={ink} />
    </>
  );
}

function JointView({ d, branch, x, y, ink }: { d: string; branch: BranchRow; x: number; y: number; ink: Ink }) {
  return (
    <>
      <path d={d} fill="none" stroke={branch.inService ? ink.text : ink.dead} strokeWidth={2} strokeDasharray={branch.inService ? undefined : '4 4'} />
      {branch.kind !== 'LINE' && (
        <g transform={`translate(${x} ${y + 14})`}>
          <TransformerSymbol colour={ink.text} ground={ink.ground} stem={0} radius={8} />
        </g>
      )}
      <Label x={x + 14} y={y + 18} text={branch.assetId} room={SIZES.slot - 36} colour={ink.muted} size={10.5} />
      <Label x={x + 14} y={y + 32} text={`${formatQuantity(Math.abs(branch.baseFlowMw), 'MW')} / ${branch.ratingMva === null ? 'no limit' : formatNumber(branch.ratingMva)}`} room={SIZES.slot - 36} colour={ink.text} />
      <Loading x={x + 14} y={y + 47} pct={branch.baseLoadingPct} ink={ink} anchor="start" />
    </>
  );
}

function UnrecordedView({ d, x, y, capacityMva, ink }: { d: string; x: number; y: number; capacityMva: number | null; ink: Ink }) {
  return (
    <>
      <path d={d} fill="none" stroke={ink.muted} strokeWidth={2} strokeDasharray="6 4" />
      <g transform={`translate(${x} ${y + 14})`}>
        <TransformerSymbol colour={ink.muted} ground={ink.ground} stem={0} radius={8} />
      </g>
      <Label x={x + 14} y={y + 18} text="banks not on" room={SIZES.slot - 30} colour={ink.muted} size={10.5} />
      <Label x={x + 14} y={y + 31} text="record" room={SIZES.slot - 30} colour={ink.muted} size={10.5} />
      {capacityMva !== null && <Label x={x + 14} y={y + 45} text={formatQuantity(capacityMva, 'MVA in all', 0)} room={SIZES.slot - 30} colour={ink.text} size={10.5} />}
    </>
  );
}

function headWords(head: HeadState | undefined): string {
  return head === undefined ? 'its breaker is not known' : `${head.kind.toLowerCase()} ${head.isOpen ? 'open' : 'closed'}`;
}

function CircuitView({ circuit, head, x, y, ink }: { circuit: CircuitRow; head: HeadState | undefined; x: number; y: number; ink: Ink }) {
  const load = circuit.operatingStatus;
  return (
    <>
      <line x1={x} x2={x} y1={y} y2={y + 48} stroke={ink.live} strokeWidth={2} />
      {head !== undefined && (
        <g transform={`translate(${x} ${y + 22}) rotate(90) scale(.8)`}>
          <SwitchSymbol kind={head.kind} isOpen={head.isOpen} colour={ink.live} ground={ink.ground} />
        </g>
      )}
      <path d={`M ${x - 5} ${y + 42} L ${x} ${y + 52} L ${x + 5} ${y + 42} Z`} fill={ink.live} />
      <Label x={x} y={y + 66} text={circuit.name} room={ROOM} colour={ink.text} anchor="middle" weight={600} />
      <Label x={x} y={y + 81} text={`${formatNumber(load?.loadMva, 1)} of ${formatQuantity(circuit.ratedMva, 'MVA', 1)}`} room={ROOM} colour={ink.text} anchor="middle" />
      <Loading x={x} y={y + 96} pct={load?.loadingPct} ink={ink} />
      <Label x={x} y={y + 111} text={`${formatNumber(circuit.customerCount)} cust.`} room={ROOM} colour={ink.muted} anchor="middle" />
    </>
  );
}
