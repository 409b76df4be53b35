import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../../../lib/format';
import type { AreaInput } from '../../../lib/geo/shapes';
import { problemOf } from '../../../lib/graphql/errors';
import { FactList } from '../../../ui/FactList';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';

import { AreaImpactQuery } from './queries';

const MOST_CIRCUITS = 5;

/** Whom something in the area concerns: customers, load, circuits. */
export function Concerned({ area, timeZone }: { area: AreaInput; timeZone: string | undefined }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: AreaImpactQuery, variables: { area }, requestPolicy: 'cache-and-network' });
  if (data?.outageImpact === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="Whom it concerns is not known" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    }
    return <LoadingState label="Counting customers" />;
  }
  const impact = data.outageImpact;
  const critical = impact.critical.map(({ kind, customers }) => `${formatNumber(customers)} ${humanize(kind).toLowerCase()}`).join(', ');
  return (
    <div data-testid="concerned">
      <FactList
        facts={[
          { label: 'Customers', value: formatNumber(impact.customers) },
          { label: 'Of them critical', value: critical === '' ? formatNumber(impact.criticalCustomers) : `${formatNumber(impact.criticalCustomers)} (${critical})` },
          { label: 'Meters', value: formatNumber(impact.meters) },
          { label: 'Transformers', value: formatNumber(impact.transformers) },
          { label: 'Load', value: formatQuantity(impact.loadKw, 'kW', 0) },
          { label: 'Buildings', value: formatNumber(impact.buildings) },
        ]}
      />
      <Typography variant="caption" component="p" color="textSecondary">
        {impact.loadKw == null
          ? 'No load is known of these transformers.'
          : `Load: mean of the hour from ${formatInstant(impact.loadHour, timeZone)}, known of ${formatNumber(impact.transformersWithLoad)} of ${formatNumber(impact.transformers)}.`}
        {impact.partialTransformers > 0 &&
          ` ${plural(impact.partialTransformers, 'transformer')} with meters on both sides of the edge ${impact.partialTransformers === 1 ? 'counts' : 'count'} by the share inside.`}
        {impact.buildings == null && impact.buildingsReason != null && ` Buildings: ${impact.buildingsReason}`}
      </Typography>
      {impact.circuits.length > 0 && (
        <Typography variant="caption" component="p" color="textSecondary">
          Customers by circuit:{' '}
          {impact.circuits.slice(0, MOST_CIRCUITS).map(({ name, customers }) => `${name} ${formatNumber(customers)}`).join(', ')}
          {impact.circuits.length > MOST_CIRCUITS && ` and ${plural(impact.circuits.length - MOST_CIRCUITS, 'more circuit')}`}.
        </Typography>
      )}
    </div>
  );
}
