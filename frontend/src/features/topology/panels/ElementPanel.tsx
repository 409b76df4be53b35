import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { useUnits } from '../../../lib/preferences';
import { formatDistance } from '../../../lib/units';
import { FactList } from '../../../ui/FactList';
import { Fold } from '../../../ui/Fold';
import { LoadingBadge } from '../../../ui/LoadingBadge';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { ASKS } from '../address';
import { ASK_WORDS } from '../context';
import type { Shared } from '../context';
import { customersOf, kvaOf, lengthOf, SUPPLY_WORDS } from '../diagram/words';
import type { Device, Item, Run } from '../model/contract';
import { neighbourOf, shortId } from '../model/records';
import type { SectionRecord } from '../model/records';
import type { Supply } from '../model/supply';
import { UnitQuery } from '../queries';

import { DiagramLink, MapLink, Section } from './common';

interface Props {
  shared: Shared;
  circuitId: string;
  item: Item | null;
  supply: Supply;
  isOpen: boolean;
  isOffNormal: boolean;
  /** In the study. */
  onSwitch: (switchId: string) => void;
}

/** Facts of the chosen part of a circuit, and what can be asked about it. */
export function ElementPanel({ shared, circuitId, item, supply, isOpen, isOffNormal, onSwitch }: Props) {
  const { view } = shared;
  if (view.selected === null || item === null) {
    return (
      <EmptyState
        title={view.selected === null ? 'Nothing chosen' : `${view.selected} is not in this diagram`}
        detail="Click a part of the diagram, or go through it with the arrow keys and press Enter. A double click on a switch, or the letter S, switches it in the study."
      />
    );
  }
  const unit = item.kind === 'run' ? item.units.find(({ assetId }) => assetId === view.selected) : undefined;
  const section = item.kind === 'run' ? item.sections.find(({ assetId }) => assetId === view.selected) : undefined;
  const assetId = unit?.assetId ?? assetOf(item);
  return (
    <Box data-testid="element-panel">
      {item.kind === 'switch' ? (
        <SwitchFacts device={item} circuitId={circuitId} isOpen={isOpen} isOffNormal={isOffNormal} />
      ) : unit !== undefined ? (
        <UnitFacts assetId={unit.assetId} timeZone={shared.timeZone} />
      ) : (
        <RunFacts run={item} section={section ?? null} circuitId={circuitId} supply={supply} shared={shared} />
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 1.25 }}>
        {assetId !== null && <MapLink assetId={assetId} shared={shared} />}
        {item.kind === 'switch' && (
          <Button variant="contained" onClick={() => onSwitch(item.key)} data-testid="study-switch">
            {isOpen ? 'Close it in the study' : 'Open it in the study'}
          </Button>
        )}
      </Box>
      {assetId !== null && (
        <Section title="Ask the network">
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }} role="group" aria-label="Ask the network">
            {ASKS.map((ask) => (
              <Button
                key={ask}
                variant={view.ask === ask ? 'contained' : 'outlined'}
                color={ask === 'ISOLATION' ? 'warning' : 'primary'}
                aria-pressed={view.ask === ask}
                data-testid={`ask-${ask}`}
                onClick={() => shared.change({ ask: view.ask === ask ? null : ask })}
              >
                {ASK_WORDS[ask]}
              </Button>
            ))}
          </Box>
        </Section>
      )}
    </Box>
  );
}

/** The asset that questions about a part are about; null of a place without any. */
export function assetOf(item: Item): string | null {
  if (item.kind === 'switch') return item.key;
  return item.sections.some(({ assetId }) => assetId === item.key) ? item.key : (item.units[0]?.assetId ?? null);
}

function Title({ kind, title }: { kind: string; title: string }) {
  return (
    <>
      <Typography variant="caption" color="textSecondary" component="div">
        {kind}
      </Typography>
      <Typography variant="h2" component="h3" sx={{ overflowWrap: 'anywhere', mb: 0.75 }} data-testid="element-title">
        {title}
      </Typography>
    </>
  );
}

function SwitchFacts({ device, circuitId, isOpen, isOffNormal }: { device: Device; circuitId: string; isOpen: boolean; isOffNormal: boolean }) {
  const { switch: of } = device;
  const neighbour = neighbourOf(of, circuitId);
  return (
    <>
      <Title kind={humanize(of.kind)} title={of.assetId} />
      <FactList
        facts={[
          {
            label: 'Shown as',
            value: (
              <span data-testid="switch-position">
                {isOpen ? 'open' : 'closed'} {isOffNormal && <Chip variant="outlined" color="warning" label="off normal" />}
              </span>
            ),
          },
          { label: 'Normal position', value: of.isNormallyOpen ? 'normally open' : 'normally closed' },
          { label: 'Rated current', value: formatQuantity(of.ratedA, 'A', 0) },
          { label: 'Of circuit', value: of.circuit.assetId === circuitId ? of.circuit.name : <DiagramLink of={of.circuit.assetId} selected={of.assetId}>{of.circuit.name}</DiagramLink> },
          ...(neighbour === null ? [] : [{ label: 'Ties to', value: <DiagramLink of={neighbour.assetId} selected={of.assetId}>{neighbour.name}</DiagramLink> }]),
        ]}
      />
    </>
  );
}

function RunFacts({ run, section, circuitId, supply, shared }: { run: Run; section: SectionRecord | null; circuitId: string; supply: Supply; shared: Shared }) {
  const units = useUnits();
  const { view, change } = shared;
  const key = run.sections.length > 1 ? run.key : null;
  return (
    <>
      <Title kind={run.sections.length > 1 ? 'Run of sections' : 'Line section'} title={run.sections.length > 1 ? `${plural(run.sections.length, 'section')}, ${formatDistance(lengthOf(run), units)}` : (run.sections[0]?.assetId ?? 'At the switch')} />
      <FactList
        facts={[
          { label: 'Switches join it', value: SUPPLY_WORDS[supply] },
          { label: 'Transformers', value: formatNumber(run.units.length) },
          { label: 'Their rating', value: formatQuantity(kvaOf(run), 'kVA', 0) },
          { label: 'Customers', value: formatNumber(customersOf(run)) },
          ...(section === null
            ? []
            : [
                ...(run.sections.length > 1 ? [{ label: 'Section', value: section.assetId }] : []),
                { label: 'Class', value: humanize(section.lineClass) },
                { label: 'Phases', value: section.phases },
                { label: 'Conductor', value: `${section.conductorType}, ${formatQuantity(section.ratedA, 'A', 0)}` },
                { label: 'Length', value: formatDistance(section.lengthM, units) },
                { label: 'Built', value: section.isUnderground ? 'underground' : 'overhead' },
              ]),
        ]}
      />
      {key !== null && (
        <Button sx={{ mt: 0.5 }} onClick={() => change({ unfolded: [...view.unfolded, key] })} data-testid="unfold-run">
          Draw its sections one by one
        </Button>
      )}
      {run.sections.length > 1 && <Members title={plural(run.sections.length, 'section')} ids={run.sections.map(({ assetId }) => assetId)} circuitId={circuitId} onPick={(selected) => change({ selected })} />}
      {run.units.length > 0 && <Members title={plural(run.units.length, 'transformer')} ids={run.units.map(({ assetId }) => assetId)} circuitId={circuitId} onPick={(selected) => change({ selected })} />}
    </>
  );
}

function Members({ title, ids, circuitId, onPick }: { title: string; ids: readonly string[]; circuitId: string; onPick: (assetId: string) => void }) {
  return (
    <Fold summary={title}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
        {ids.map((id) => (
          <li key={id}>
            <Button onClick={() => onPick(id)} title={id} sx={{ p: 0, px: 0.5, minWidth: 0 }}>
              {shortId(id, circuitId)}
            </Button>
          </li>
        ))}
      </Box>
    </Fold>
  );
}

function UnitFacts({ assetId, timeZone }: { assetId: string; timeZone: string | undefined }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: UnitQuery, variables: { assetId } });
  const unit = data?.transformer;
  if (unit == null) {
    if (error !== undefined) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return fetching ? <LoadingState label={`Loading ${assetId}`} /> : <EmptyState title={`${assetId} was not found`} />;
  }
  return (
    <>
      <Title kind="Transformer" title={unit.assetId} />
      <FactList
        facts={[
          { label: 'Rating', value: formatQuantity(unit.ratedKva, 'kVA') },
          { label: 'Phases', value: unit.phases },
          { label: 'Voltages', value: `${formatNumber(unit.primaryKv, 2)} / ${formatQuantity(unit.secondaryKv, 'kV', 2)}` },
          { label: 'Latest load', value: formatQuantity(unit.latestLoad?.loadKva, 'kVA', 1) },
          { label: 'Latest loading', value: <LoadingBadge loadingPct={unit.latestLoad?.loadingPct} /> },
          { label: 'In the hour from', value: formatInstant(unit.latestLoad?.loadHour, timeZone) },
          { label: 'Peak loading', value: <LoadingBadge loadingPct={unit.peakLoadingPct} /> },
          { label: 'Customers', value: formatNumber(unit.customerCount) },
        ]}
      />
    </>
  );
}
