import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { followLink } from '../../lib/followLink';
import { formatNumber, formatQuantity } from '../../lib/format';
import { LoadingBadge } from '../../ui/LoadingBadge';

import { PATH, topologyAddress } from './address';
import type { Basis, Positions } from './address';
import type { Shared } from './context';
import type { Subject } from './places';
import { CircuitHeadQuery, SubstationNameQuery } from './queries';
import type { CircuitHead } from './queries';

/** Whose diagram is shown, with the figures one wants first; and what it is shown for. */
export function SubjectHeader({ shared, subject }: { shared: Shared; subject: Subject | null }) {
  const { view, change } = shared;
  const isCircuit = subject?.kind === 'circuit';
  const [{ data }] = useQuery({ query: CircuitHeadQuery, variables: { assetId: subject?.id ?? '' }, pause: !isCircuit });
  const circuit = isCircuit && data?.circuit?.assetId === subject.id ? data.circuit : null;
  const isSubstation = subject?.kind === 'substation';
  const [{ data: named }] = useQuery({ query: SubstationNameQuery, variables: { assetId: subject?.id ?? '' }, pause: !isSubstation });
  const substation = isSubstation && named?.substation?.assetId === subject.id ? named.substation : null;
  const isDiagram = view.tab === 'diagram' && isCircuit;
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 2, rowGap: 0.5 }}>
      <Box component="nav" aria-label="Where you are" sx={{ display: 'flex', alignItems: 'baseline', gap: 0.75, minWidth: 0 }}>
        <Link href={PATH} onClick={followLink} data-testid="all-circuits">
          All circuits
        </Link>
        {circuit !== null && (
          <>
            <span aria-hidden>/</span>
            <Link href={topologyAddress(circuit.substation.assetId)} onClick={followLink} data-testid="its-substation">
              {circuit.substation.name}
            </Link>
          </>
        )}
        {subject !== null && (
          <>
            <span aria-hidden>/</span>
            <Typography variant="h2" component="h2" noWrap data-testid="topology-subject">
              {circuit?.name ?? substation?.name ?? subject.id}
            </Typography>
          </>
        )}
      </Box>
      {circuit !== null && <Figures circuit={circuit} />}
      <Box sx={{ flex: 1 }} />
      {isDiagram && (
        <ToggleButtonGroup
          exclusive
          size="small"
          value={view.isWhole ? 'sections' : 'runs'}
          aria-label="Detail"
          onChange={(_event, next: 'sections' | 'runs' | null) => next !== null && change({ isWhole: next === 'sections', unfolded: [] })}
        >
          <Choice value="runs" label="Runs" title="Sections between switches drawn together" />
          <Choice value="sections" label="All sections" title="Each section drawn by itself" />
        </ToggleButtonGroup>
      )}
      {view.tab !== 'quality' && (
        <ToggleButtonGroup
          exclusive
          size="small"
          value={view.positions}
          aria-label="Positions of the switches"
          onChange={(_event, next: Positions | null) => next !== null && change({ positions: next })}
        >
          <Choice value="PRESENT" label="Present" title="Switches as last heard" />
          <Choice value="NORMAL" label="Normal" title="Switches in their normal positions" />
        </ToggleButtonGroup>
      )}
      {isCircuit && (view.tab === 'diagram' || view.tab === 'ties') && (
        <ToggleButtonGroup exclusive size="small" value={view.basis} aria-label="Loads" onChange={(_event, next: Basis | null) => next !== null && change({ basis: next })}>
          <Choice value="NEWEST" label="Newest load" title="Of the newest hour that most meters have reported" />
          <Choice value="PEAK" label="Peak" title="Each transformer's own peak: sums are upper bounds" />
        </ToggleButtonGroup>
      )}
    </Box>
  );
}

function Choice({ value, label, title, ...rest }: { value: string; label: string; title: string }) {
  return (
    <ToggleButton {...rest} value={value} title={title} sx={{ py: 0.25, textTransform: 'none' }} data-testid={`choose-${value}`}>
      {label}
    </ToggleButton>
  );
}

function Figures({ circuit }: { circuit: CircuitHead }) {
  const load = circuit.operatingStatus;
  return (
    <Box sx={{ display: 'flex', alignItems: 'baseline', columnGap: 1.5, flexWrap: 'wrap', fontSize: '0.8125rem' }} data-testid="circuit-figures">
      <span>{formatQuantity(circuit.voltageKv, 'kV')}</span>
      <span>
        {formatQuantity(load?.loadMva, 'MVA', 1)} of {formatQuantity(circuit.ratedMva, 'MVA', 1)}
      </span>
      <LoadingBadge loadingPct={load?.loadingPct} />
      <span>{formatNumber(circuit.customerCount)} customers</span>
      {load != null && load.customersOut > 0 && (
        <Typography component="span" variant="body2" color="error">
          {formatNumber(load.customersOut)} without supply
        </Typography>
      )}
    </Box>
  );
}
