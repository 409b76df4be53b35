import MuiBox from '@mui/material/Box';
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';

import { navigate, useSearchString } from '../../../lib/location';
import { useUnits } from '../../../lib/preferences';
import { otherDiagram } from '../address';
import { layoutCircuit, SIZES } from '../layout/circuit';
import type { Cell } from '../layout/circuit';
import { contract } from '../model/contract';
import { neighbourOf } from '../model/records';
import type { CircuitRecords } from '../model/records';
import { growTrees } from '../model/tree';

import { Canvas } from './Canvas';
import { CellView, SUPPLY_INK, Wire } from './CellView';
import type { CellLook } from './CellView';
import { DiagramLegend } from './DiagramLegend';
import { useInk } from './ink';
import { isDirection, nextBox } from './roving';
import type { Box } from './roving';
import { isAmong, isSelected, supplyOfRun } from './scene';
import type { Scene } from './scene';
import { clipped, Label } from './symbols';
import { spokenOf } from './words';

interface Props {
  records: CircuitRecords;
  name: string;
  substation: { assetId: string; name: string };
  voltageKv: number;
  scene: Scene;
  /** Whether each section is drawn by itself; else only those of these runs. */
  isWhole: boolean;
  unfolded: readonly string[];
  onSelect: (assetId: string | null) => void;
  /** Asked for by a double click or the letter S on a switch. */
  onSwitch: (switchId: string) => void;
}

function boxOf({ x, y, width }: Cell): Box {
  return { x, y: y - 44, width, height: 82 };
}

/** A circuit from its breaker to its ties, as a one-line diagram. */
export function CircuitDiagram({ records, name, substation, voltageKv, scene, isWhole, unfolded, onSelect, onSwitch }: Props) {
  const ink = useInk();
  const units = useUnits();
  const trees = useMemo(() => growTrees(records), [records]);
  const layout = useMemo(() => {
    const folded = trees.map((tree) => contract(tree, new Set()));
    if (!isWhole && unfolded.length === 0) return layoutCircuit(folded);
    const wanted = new Set(unfolded);
    const runs = layoutCircuit(folded).cells.map(({ item }) => item);
    const single = isWhole
      ? records.sections.map(({ assetId }) => assetId)
      : runs.flatMap((item) => (item.kind === 'run' && item.sections.some(({ assetId }) => wanted.has(assetId)) ? item.sections.map(({ assetId }) => assetId) : []));
    return layoutCircuit(trees.map((tree) => contract(tree, new Set(single))));
  }, [trees, records, isWhole, unfolded]);

  const { cells, drops, roots } = layout;
  const boxes = useMemo(() => cells.map(boxOf), [cells]);
  const chosen = cells.findIndex(({ item }) => isSelected(item, scene.selected));
  const [at, setAt] = useState(0);
  // What the keys moved to is brought into view; else what was chosen.
  const [moved, setMoved] = useState<number | null>(null);
  const current = Math.min(at, Math.max(0, cells.length - 1));
  const parts = useRef(new Map<number, SVGRectElement>());
  const focus = (next: number): void => {
    setAt(next);
    setMoved(next);
    parts.current.get(next)?.focus({ preventScroll: true });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnPart = event.target instanceof SVGElement && event.target.dataset.part !== undefined;
    const item = cells[current]?.item;
    if (!isOnPart || item === undefined) return;
    if (isDirection(event.key)) {
      event.preventDefault();
      const next = nextBox(boxes, current, event.key);
      if (next !== null) focus(next);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect(item.key);
    } else if (event.key === 'Escape') onSelect(null);
    else if (event.key === 's' && item.kind === 'switch') onSwitch(item.key);
  };
  const bounds = { x: layout.bounds.left, y: layout.bounds.top, width: layout.bounds.width, height: layout.bounds.height };
  const target = boxes[moved ?? chosen] ?? null;
  return (
    <Canvas
      label={`One-line diagram of circuit ${name}`}
      bounds={bounds}
      drawing={`${records.circuitId} ${String(isWhole)}`}
      target={target}
      targetKey={moved === null ? scene.selected : `part ${moved}`}
      onKey={onKey}
      overlay={
        <>
          {scene.studied.size > 0 && <StudyMark />}
          <DiagramLegend ink={ink} />
        </>
      }
    >
      {roots.map(({ node, x, y }, i) => (
        <g key={node} transform={`translate(${x} ${y})`}>
          {i === 0 ? (
            <SourceView substation={substation} voltageKv={voltageKv} ink={ink} />
          ) : (
            <>
              <line x1={0} x2={0} y1={-10} y2={10} stroke={ink.warn} strokeWidth={2} strokeDasharray="3 3" />
              <Label x={-8} y={4} text="joined to nothing" room={SIZES.source - 10} colour={ink.warn} anchor="end" />
            </>
          )}
        </g>
      ))}
      {drops.map((drop) => {
        const supply = scene.supply.get(drop.node) ?? 'NONE';
        const isFound = isAmong(cells[drop.cell]?.item ?? { kind: 'run', key: '', sections: [], units: [], nodes: [] }, scene.found);
        return (
          <g key={drop.cell}>
            {isFound && <path d={`M ${drop.x} ${drop.fromY} V ${drop.toY} h ${SIZES.drop}`} fill="none" stroke={ink.accent} strokeWidth={11} opacity={0.38} />}
            <Wire x1={drop.x} y1={drop.fromY} x2={drop.x} y2={drop.toY} supply={supply} ink={ink} />
            <Wire x1={drop.x} y1={drop.toY} x2={drop.x + SIZES.drop} y2={drop.toY} supply={supply} ink={ink} />
            <circle cx={drop.x} cy={drop.fromY} r={3.2} fill={ink[SUPPLY_INK[supply]]} />
          </g>
        );
      })}
      {cells.map((cell, i) => {
        const look = lookOf(cell, scene);
        const { item } = cell;
        return (
          <g key={item.key} transform={`translate(${cell.x} ${cell.y})`}>
            <g aria-hidden>
              <CellView cell={cell} circuitId={scene.circuitId} look={look} ink={ink} units={units} />
            </g>
            {/* What is drawn is short; what is read is whole. */}
            <rect
              ref={(element) => {
                if (element === null) parts.current.delete(i);
                else parts.current.set(i, element);
              }}
              {...{ x: 0, y: -44, width: cell.width, height: 82 }}
              fill="transparent"
              role="button"
              data-part={item.kind}
              data-testid={`part-${item.key}`}
              data-supply={look.supply[1]}
              data-position={item.kind === 'switch' ? (look.isOpen ? 'open' : 'closed') : undefined}
              tabIndex={i === current ? 0 : -1}
              aria-label={spokenOf(item, scene.circuitId, { ...look, supply: look.supply[1], studied: look.studied?.opens ?? null }, units)}
              aria-pressed={look.isSelected}
              style={{ cursor: 'pointer' }}
              onFocus={() => setAt(i)}
              onClick={() => {
                setMoved(null);
                onSelect(item.key);
              }}
              onDoubleClick={() => item.kind === 'switch' && onSwitch(item.key)}
            />
          </g>
        );
      })}
      {cells.map((cell) => (cell.item.kind === 'switch' ? <NeighbourLink key={cell.item.key} cell={cell} circuitId={scene.circuitId} colour={ink.accent} /> : null))}
    </Canvas>
  );
}

function StudyMark() {
  return (
    <MuiBox data-testid="study-mark" sx={{ position: 'absolute', left: 8, top: 8, px: 1, py: 0.25, border: 2, borderColor: 'warning.main', borderRadius: 1, bgcolor: 'background.paper', fontWeight: 500 }}>
      Study – nothing is operated
    </MuiBox>
  );
}

function lookOf({ item }: Cell, scene: Scene): CellLook {
  const isOpen = item.kind === 'switch' && scene.open.has(item.key);
  const supply: CellLook['supply'] =
    item.kind === 'run'
      ? [supplyOfRun(item, scene), supplyOfRun(item, scene)]
      : [scene.supply.get(item.nodes[0]) ?? 'NONE', scene.supply.get(item.nodes[1]) ?? 'NONE'];
  return {
    supply,
    isOpen,
    isOffNormal: scene.offNormal.has(item.key),
    order: scene.orders.get(item.key) ?? null,
    studied: scene.studied.get(item.key) ?? null,
    isFound: isAmong(item, scene.found),
    isFaulted: isAmong(item, scene.faulted),
    isSelected: isSelected(item, scene.selected),
  };
}

function follow(event: MouseEvent, address: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  navigate(address);
}

function SourceView({ substation, voltageKv, ink }: { substation: Props['substation']; voltageKv: number; ink: ReturnType<typeof useInk> }) {
  const address = otherDiagram(useSearchString(), substation.assetId);
  return (
    <>
      <g aria-hidden>
        <line x1={0} x2={0} y1={-26} y2={26} stroke={ink.live} strokeWidth={6} />
        <Label x={-9} y={-3} text={substation.name} room={SIZES.source - 10} colour={ink.accent} anchor="end" weight={600} />
        <Label x={-9} y={12} text={`${voltageKv} kV`} room={SIZES.source - 10} colour={ink.muted} anchor="end" />
      </g>
      <a href={address} onClick={(event) => follow(event, address)} aria-label={`Substation ${substation.name}: its one-line diagram`} data-testid="source-link">
        <rect x={-SIZES.source} y={-28} width={SIZES.source} height={56} fill="transparent" />
      </a>
    </>
  );
}

function NeighbourLink({ cell, circuitId, colour }: { cell: Cell; circuitId: string; colour: string }) {
  const search = useSearchString();
  if (cell.item.kind !== 'switch' || cell.item.end !== 'foreign') return null;
  const neighbour = neighbourOf(cell.item.switch, circuitId);
  if (neighbour === null) return null;
  const address = otherDiagram(search, neighbour.assetId, cell.item.key);
  return (
    <>
      <text aria-hidden x={cell.x + SIZES.switch + 26} y={cell.y + 4} fontSize={12} fill={colour} textDecoration="underline">
        {clipped(neighbour.name, SIZES.end - 28)}
      </text>
      <a href={address} onClick={(event) => follow(event, address)} aria-label={`Circuit ${neighbour.name}: its one-line diagram`} data-testid={`neighbour-${neighbour.assetId}`}>
        <rect x={cell.x + SIZES.switch + 22} y={cell.y - 12} width={SIZES.end - 24} height={24} fill="transparent" />
      </a>
    </>
  );
}
