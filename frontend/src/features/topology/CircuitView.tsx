import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useMemo, useState } from 'react';
import { createRequest, useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import type { Shared } from './context';
import { CircuitDiagram } from './diagram/CircuitDiagram';
import { isSelected, supplyOfRun } from './diagram/scene';
import type { Scene } from './diagram/scene';
import type { Circuit } from './loadCircuit';
import { loadTrace, traceKey } from './loadTrace';
import { contract } from './model/contract';
import type { Item, Spot } from './model/contract';
import { openSwitches, supplyOf } from './model/supply';
import { growTrees } from './model/tree';
import { assetOf, ElementPanel } from './panels/ElementPanel';
import { IsolationResult } from './panels/IsolationResult';
import { SidePane } from './panels/SidePane';
import { StudyPanel } from './panels/StudyPanel';
import { TraceResult } from './panels/TraceResult';
import { EffectQuery, IsolationQuery } from './questions';
import { afterSteps } from './steps';
import { useLoaded } from './useLoaded';
import { useStudy } from './useStudy';

const NONE: ReadonlySet<string> = new Set();

/** A circuit's diagram, with the card of the chosen part and the study beside it. */
export function CircuitView({ circuit, shared }: { circuit: Circuit; shared: Shared }) {
  const { view, change, timeZone } = shared;
  const { records, head, offNormal } = circuit;
  const known = useMemo(() => new Set(records.switches.map(({ assetId }) => assetId)), [records]);
  const base = useMemo(() => openSwitches(records, view.positions === 'PRESENT' ? (offNormal ?? []) : []), [records, offNormal, view.positions]);
  const study = useStudy(view.steps, base, known, (steps) => change({ steps }));
  const open = useMemo(() => afterSteps(base, view.steps), [base, view.steps]);
  const supply = useMemo(() => supplyOf(records, open), [records, open]);

  const item = useMemo(() => itemOf(records, view.selected), [records, view.selected]);
  const asked = item === null ? null : (item.kind === 'run' && view.selected !== null && view.selected !== item.key ? view.selected : assetOf(item));
  const trace = useLoaded(asked === null || view.ask === null || view.ask === 'ISOLATION' ? null : traceKey(asked, view.ask, view.positions), loadTrace);
  const isolation = useAnswer(
    useQuery({
      query: IsolationQuery,
      variables: { assetId: asked ?? '', positions: view.positions, loadBasis: view.basis },
      pause: asked === null || view.ask !== 'ISOLATION',
      requestPolicy: 'network-only',
    }),
    createRequest(IsolationQuery, { assetId: asked ?? '', positions: view.positions, loadBasis: view.basis }).key,
  );
  const effectVariables = { ...study.change, positions: view.positions, loadBasis: view.basis };
  const isStudied = study.change.opened.length + study.change.closed.length > 0;
  const effect = useAnswer(
    useQuery({ query: EffectQuery, variables: effectVariables, pause: !isStudied, requestPolicy: 'network-only' }),
    createRequest(EffectQuery, effectVariables).key,
  );
  const answer = isStudied ? (effect.data?.switchingEffect ?? null) : null;
  const isolated = view.ask === 'ISOLATION' && asked !== null ? (isolation.data?.isolation ?? null) : null;

  const scene = useMemo<Scene>(
    () => ({
      circuitId: records.circuitId,
      open,
      supply,
      dead: answer === null ? NONE : new Set(answer.loses.transformerIds),
      alive: answer === null ? NONE : new Set(answer.gains.transformerIds),
      found: trace.data === null ? NONE : trace.data.ids,
      faulted: isolated === null ? NONE : new Set([...isolated.zone.sectionIds, ...isolated.zone.transformerIds]),
      orders: new Map([
        ...(isolated?.opens ?? []).map(({ assetId }) => [assetId, 'open'] as const),
        ...(isolated?.separates ?? []).map(({ assetId }) => [assetId, 'separate'] as const),
        ...(isolated?.recloses ?? []).map(({ assetId }) => [assetId, 'reclose'] as const),
      ]),
      studied: new Map(view.steps.map(({ switchId, opens }, i) => [switchId, { number: i + 1, opens }])),
      offNormal: new Set(records.switches.filter(({ assetId, isNormallyOpen }) => base.has(assetId) !== isNormallyOpen).map(({ assetId }) => assetId)),
      selected: view.selected,
    }),
    [records, open, supply, answer, trace.data, isolated, view.steps, view.selected, base],
  );

  const [pane, setPane] = useState<'element' | 'study'>(view.steps.length > 0 && view.selected === null ? 'study' : 'element');
  const select = (selected: string | null): void => {
    change({ selected });
    if (selected !== null) setPane('element');
  };
  const toggle = (switchId: string): void => {
    study.add([{ switchId, opens: !open.has(switchId) }]);
    setPane('study');
  };
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
      <CircuitDiagram
        records={records}
        name={head.name}
        substation={head.substation}
        voltageKv={head.voltageKv}
        scene={scene}
        isWhole={view.isWhole}
        unfolded={view.unfolded}
        onSelect={select}
        onSwitch={toggle}
      />
      <SidePane label="Element and study">
        {view.positions === 'PRESENT' && offNormal === null && (
          <Alert severity="warning" variant="outlined" sx={{ m: 1, py: 0 }}>
            The present positions are not known now: the normal ones are shown.
          </Alert>
        )}
        <Tabs
          value={pane}
          onChange={(_event, next: 'element' | 'study') => setPane(next)}
          aria-label="Element and study"
          variant="fullWidth"
          sx={{ minHeight: 36, borderBottom: 1, borderColor: 'divider', '& .MuiTab-root': { minHeight: 36, py: 0 } }}
        >
          <Tab value="element" label="Element" id="topology-pane-element" aria-controls="topology-pane" />
          <Tab value="study" label={view.steps.length === 0 ? 'Study' : `Study (${view.steps.length})`} id="topology-pane-study" aria-controls="topology-pane" data-testid="pane-study" />
        </Tabs>
        <Box role="tabpanel" id="topology-pane" aria-labelledby={`topology-pane-${pane}`} tabIndex={0} sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 1.5 }}>
          {pane === 'study' ? (
            <StudyPanel
              study={study}
              effect={answer}
              problem={effect.problem}
              isFetching={effect.isFetching}
              onRetry={effect.refresh}
              timeZone={timeZone}
              onSelect={select}
            />
          ) : (
            <>
              <ElementPanel
                shared={shared}
                circuitId={records.circuitId}
                item={item}
                supply={item?.kind === 'run' ? supplyOfRun(item, scene) : 'NONE'}
                isOpen={item?.kind === 'switch' && open.has(item.key)}
                isOffNormal={item !== null && scene.offNormal.has(item.key)}
                onSwitch={toggle}
              />
              {asked !== null && view.ask !== null && view.ask !== 'ISOLATION' && <TraceResult trace={trace} />}
              {asked !== null && view.ask === 'ISOLATION' && isolated === null && isolation.problem === null && <LoadingState label="Working out the isolation" />}
              {view.ask === 'ISOLATION' && isolation.problem !== null && <ErrorState title="It could not be worked out" detail={isolation.problem} onRetry={isolation.refresh} />}
              {isolated !== null && (
                <IsolationResult
                  isolation={isolated}
                  timeZone={timeZone}
                  onSelect={select}
                  onStudy={(steps) => {
                    study.add(steps);
                    setPane('study');
                  }}
                />
              )}
            </>
          )}
        </Box>
      </SidePane>
    </Box>
  );
}

interface Answer<Data> {
  data: Data | undefined;
  problem: string | null;
  isFetching: boolean;
  refresh: () => void;
}

/** What was answered to this very question: urql keeps the answer before while the next is asked. */
function useAnswer<Data>([result, refetch]: ReturnType<typeof useQuery<Data, object>>, key: number): Answer<Data> {
  const isOfThis = result.operation?.key === key;
  return {
    data: isOfThis ? result.data : undefined,
    problem: isOfThis && result.error !== undefined ? problemOf(result.error).message : null,
    isFetching: result.fetching,
    refresh: () => refetch({ requestPolicy: 'network-only' }),
  };
}

/** The part of the circuit an asset is in, with all sections of a run together. */
function itemOf(records: Circuit['records'], selected: string | null): Item | null {
  if (selected === null) return null;
  const waiting: Spot[] = growTrees(records).map((tree) => contract(tree, NONE));
  for (let spot = waiting.pop(); spot !== undefined; spot = waiting.pop()) {
    for (const { item, to } of spot.links) {
      if (isSelected(item, selected)) return item;
      waiting.push(to);
    }
  }
  return null;
}
