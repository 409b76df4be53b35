import Typography from '@mui/material/Typography';
import { lazy, Suspense } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { formatKilometres, formatMetres } from '../../lib/units';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { FactList } from '../../ui/FactList';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { LoadingState } from '../../ui/StateMessage';

import { AssetLink, CardFrame, cardPlaceholder, Section } from './CardFrame';
import { useCardActions } from './cardActions';
import {
  CircuitQuery,
  MeterCustomersQuery,
  MeterQuery,
  OutageQuery,
  PoleQuery,
  SwitchQuery,
  TransformerQuery,
  LineQuery,
} from './distributionQueries';

const TransformerLoadChart = lazy(() =>
  import('../../ui/TransformerLoadChart').then((module) => ({ default: module.TransformerLoadChart })),
);

const CHART_HEIGHT_PX = 190;

export function TransformerCard({ assetId }: { assetId: string }) {
  const { timeZone } = useCardActions();
  const [result, refetch] = useQuery({ query: TransformerQuery, variables: { assetId } });
  const transformer = result.data?.transformer;
  const placeholder = cardPlaceholder(assetId, result, transformer != null, refetch);
  if (transformer == null) return placeholder;
  const { latestLoad, circuit, substation } = transformer;
  return (
    <CardFrame assetId={assetId} kind="Transformer" title={transformer.name} at={transformer} circuitId={circuit.assetId}>
      <FactList
        facts={[
          { label: 'Rating', value: formatQuantity(transformer.ratedKva, 'kVA') },
          { label: 'Voltages', value: `${formatQuantity(transformer.primaryKv, '')} / ${formatQuantity(transformer.secondaryKv, 'kV')}` },
          { label: 'Phases', value: transformer.phases },
          { label: 'Latest load', value: formatQuantity(latestLoad?.loadKva, 'kVA', 1) },
          { label: 'Latest loading', value: <LoadingBadge loadingPct={latestLoad?.loadingPct} /> },
          { label: 'In the hour from', value: formatInstant(latestLoad?.loadHour, timeZone) },
          { label: 'Peak loading', value: <LoadingBadge loadingPct={transformer.peakLoadingPct} /> },
          { label: 'Customers', value: formatNumber(transformer.customerCount) },
          { label: 'Installed', value: transformer.installYear ?? UNKNOWN },
          { label: 'Circuit', value: <AssetLink assetId={circuit.assetId}>{circuit.name}</AssetLink> },
          { label: 'Substation', value: <AssetLink assetId={substation.assetId}>{substation.name}</AssetLink> },
        ]}
      />
      <Section title="Load, last 14 days">
        <ErrorBoundary name="The load chart">
          <Suspense fallback={<LoadingState label="Loading the chart" minHeight={CHART_HEIGHT_PX} />}>
            <TransformerLoadChart
              assetId={assetId}
              ratedKva={transformer.ratedKva}
              heightPx={CHART_HEIGHT_PX}
              timeZone={timeZone}
            />
          </Suspense>
        </ErrorBoundary>
      </Section>
    </CardFrame>
  );
}

export function CircuitCard({ assetId }: { assetId: string }) {
  const units = useUnits();
  const [result, refetch] = useQuery({ query: CircuitQuery, variables: { assetId } });
  const circuit = result.data?.circuit;
  const placeholder = cardPlaceholder(assetId, result, circuit != null, refetch);
  if (circuit == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Circuit" title={circuit.name} at={circuit.substation} circuitId={assetId}>
      <FactList
        facts={[
          { label: 'Substation', value: <AssetLink assetId={circuit.substation.assetId}>{circuit.substation.name}</AssetLink> },
          { label: 'Voltage', value: formatQuantity(circuit.voltageKv, 'kV') },
          { label: 'Backbone', value: circuit.conductorType },
          { label: 'Capacity', value: `${formatQuantity(circuit.ratedMva, 'MVA', 1)}, ${formatQuantity(circuit.ratedA, 'A', 0)}` },
          { label: 'Peak load', value: formatQuantity(circuit.peakLoadMw, 'MW', 2) },
          { label: 'Length', value: formatKilometres(circuit.lengthKm, units, 1) },
          { label: 'Transformers', value: formatNumber(circuit.transformerCount) },
          { label: 'Customers', value: formatNumber(circuit.customerCount) },
          { label: 'Status', value: humanize(circuit.status) },
        ]}
      />
    </CardFrame>
  );
}

export function MeterCard({ assetId }: { assetId: string }) {
  const [result, refetch] = useQuery({ query: MeterQuery, variables: { assetId } });
  const meter = result.data?.meter;
  const placeholder = cardPlaceholder(assetId, result, meter != null, refetch);
  if (meter == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Meter" title={assetId} at={meter} circuitId={meter.circuit.assetId}>
      <FactList
        facts={[
          { label: 'Class', value: humanize(meter.customerClass) },
          { label: 'Phases', value: meter.phases },
          { label: 'Status', value: humanize(meter.status) },
          { label: 'Transformer', value: <AssetLink assetId={meter.transformer.assetId}>{meter.transformer.name}</AssetLink> },
          { label: 'Circuit', value: <AssetLink assetId={meter.circuit.assetId}>{meter.circuit.name}</AssetLink> },
        ]}
      />
      <Section title="Customer">
        <MeterCustomers assetId={assetId} />
      </Section>
    </CardFrame>
  );
}

/** Customers of a meter as the server gives them: masked unless the account may see personal data. */
function MeterCustomers({ assetId }: { assetId: string }) {
  const [{ data, error, fetching }] = useQuery({ query: MeterCustomersQuery, variables: { assetId } });
  const customers = data?.meter?.customers.edges.map((edge) => edge.node);
  if (customers === undefined) {
    const text = fetching ? 'Loading' : error === undefined ? 'None.' : problemOf(error).message;
    return <Typography variant="caption">{text}</Typography>;
  }
  if (customers.length === 0) return <Typography variant="caption">No customer at this meter.</Typography>;
  return customers.map((customer) => (
    <FactList
      key={customer.id}
      facts={[
        { label: 'Name', value: customer.fullName },
        { label: 'Address', value: [customer.serviceAddress, customer.city].filter(Boolean).join(', ') },
        { label: 'Phone', value: customer.phone ?? UNKNOWN },
        { label: 'E-mail', value: customer.email ?? UNKNOWN },
        ...(customer.criticalKind == null ? [] : [{ label: 'Critical', value: humanize(customer.criticalKind) }]),
      ]}
    />
  ));
}

export function LineCard({ assetId }: { assetId: string }) {
  const units = useUnits();
  const [result, refetch] = useQuery({ query: LineQuery, variables: { assetId } });
  const line = result.data?.line;
  const placeholder = cardPlaceholder(assetId, result, line != null, refetch);
  if (line == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Distribution line" title={`${humanize(line.lineClass)} section`} at={null} circuitId={line.circuit.assetId}>
      <FactList
        facts={[
          { label: 'Circuit', value: <AssetLink assetId={line.circuit.assetId}>{line.circuit.name}</AssetLink> },
          { label: 'Phases', value: line.phases },
          { label: 'Conductor', value: line.conductorType },
          { label: 'Ampacity', value: formatQuantity(line.ratedA, 'A', 0) },
          { label: 'Length', value: formatMetres(line.lengthM, units, 0) },
          { label: 'Built', value: line.isUnderground ? 'underground' : 'overhead' },
        ]}
      />
    </CardFrame>
  );
}

export function SwitchCard({ assetId }: { assetId: string }) {
  const [result, refetch] = useQuery({ query: SwitchQuery, variables: { assetId } });
  const device = result.data?.switch;
  const placeholder = cardPlaceholder(assetId, result, device != null, refetch);
  if (device == null) return placeholder;
  const { circuit, otherCircuit } = device;
  return (
    <CardFrame assetId={assetId} kind={humanize(device.kind)} title={assetId} at={device} circuitId={circuit.assetId}>
      <FactList
        facts={[
          { label: 'Position', value: device.isNormallyOpen ? 'normally open' : 'normally closed' },
          { label: 'Rated current', value: formatQuantity(device.ratedA, 'A', 0) },
          { label: 'Circuit', value: <AssetLink assetId={circuit.assetId}>{circuit.name}</AssetLink> },
          ...(otherCircuit == null
            ? []
            : [{ label: 'Ties to', value: <AssetLink assetId={otherCircuit.assetId}>{otherCircuit.name}</AssetLink> }]),
        ]}
      />
    </CardFrame>
  );
}

export function PoleCard({ assetId }: { assetId: string }) {
  const units = useUnits();
  const [result, refetch] = useQuery({ query: PoleQuery, variables: { assetId } });
  const pole = result.data?.pole;
  const placeholder = cardPlaceholder(assetId, result, pole != null, refetch);
  if (pole == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Pole" title={assetId} at={pole} circuitId={pole.circuit.assetId}>
      <FactList
        facts={[
          { label: 'Circuit', value: <AssetLink assetId={pole.circuit.assetId}>{pole.circuit.name}</AssetLink> },
          { label: 'Height', value: formatMetres(pole.heightM, units, 1) },
          { label: 'Class', value: pole.poleClass ?? UNKNOWN },
          { label: 'Material', value: pole.material == null ? UNKNOWN : humanize(pole.material) },
          { label: 'Installed', value: pole.installYear ?? UNKNOWN },
        ]}
      />
    </CardFrame>
  );
}

export function OutageCard({ assetId }: { assetId: string }) {
  const { timeZone } = useCardActions();
  const [result, refetch] = useQuery({ query: OutageQuery, variables: { assetId } });
  const outage = result.data?.outage;
  const placeholder = cardPlaceholder(assetId, result, outage != null, refetch);
  if (outage == null) return placeholder;
  return (
    <CardFrame assetId={assetId} kind="Outage" title={outage.causeCode == null ? 'Cause not known yet' : humanize(outage.causeCode)} at={outage} circuitId={outage.circuit.assetId}>
      <FactList
        facts={[
          { label: 'Status', value: humanize(outage.status) },
          { label: 'Began', value: formatInstant(outage.startedAt, timeZone) },
          { label: 'Restored', value: formatInstant(outage.restoredAt, timeZone) },
          { label: 'Expected back', value: formatInstant(outage.estimatedRestorationAt, timeZone) },
          { label: 'Interrupted', value: formatNumber(outage.customersInterrupted) },
          { label: 'Without supply', value: formatNumber(outage.customersOut) },
          { label: 'Circuit', value: <AssetLink assetId={outage.circuit.assetId}>{outage.circuit.name}</AssetLink> },
        ]}
      />
    </CardFrame>
  );
}
