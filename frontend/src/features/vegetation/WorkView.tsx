import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';

import type { VariablesOf } from '../../gql/graphql';
import { plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { fileColumns } from '../../lib/tableColumns';
import { CsvButton } from '../../ui/CsvButton';
import { Pager, rangeWords } from '../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePaging } from '../../ui/usePaging';

import { Filters } from './Filters';
import { PackageCard } from './PackageCard';
import { WORK } from './address';
import type { PatchAddress, VegetationAddress } from './address';
import { PackagesQuery } from './queries';
import type { Package } from './queries';
import { useRefresh } from './useRefresh';

const PAGE = 25;
const LABELS: Readonly<Record<(typeof WORK)[number], string>> = { waiting: 'Without an order', ordered: 'Ordered', all: 'All' };

type Variables = VariablesOf<typeof PackagesQuery>;

const ORDERS: readonly { key: string; label: string; ordering: Variables['ordering'] }[] = [
  { key: 'cost', label: 'Most customer-minutes first', ordering: [{ customerMinutesPerYear: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'soon', label: 'Due first', ordering: [{ earliestYears: 'ASC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'hours', label: 'Most hours first', ordering: [{ effortH: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'trees', label: 'Most trees first', ordering: [{ treeCount: 'DESC' }, { assetId: 'ASC' }] },
];

export interface WorkProps {
  address: VegetationAddress;
  onChange: PatchAddress;
  permissions: ReadonlySet<string>;
  timeZone: string;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
  /** The order of a package with its steps. */
  orderOf: (workOrderId: string) => ReactNode;
}

/** What a crew would be sent to trim, span by span. */
export function WorkView(props: WorkProps) {
  const { address, onChange } = props;
  const [order, setOrder] = useState('cost');
  const filters: NonNullable<Variables['filters']> = {};
  if (address.circuit !== null) filters.circuitId = { exact: address.circuit };
  if (address.level !== null) filters.level = { exact: address.level };
  if (address.work !== 'all') filters.workOrderId = { isNull: address.work === 'waiting' };
  const ordering = ORDERS.find(({ key }) => key === order)?.ordering ?? [];
  return (
    <>
      <Filters address={address} onChange={onChange} hasArea={false} />
      <Box sx={{ display: 'flex', gap: 1, mb: 1, alignItems: 'center', flexWrap: 'wrap' }}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={address.work}
          onChange={(_event, work: VegetationAddress['work'] | null) => work !== null && onChange({ work })}
          aria-label="Which packages are listed"
          sx={{ '& .MuiToggleButton-root': { py: 0.25, textTransform: 'none' } }}
        >
          {WORK.map((work) => (
            <ToggleButton key={work} value={work} data-testid={`work-${work}`}>
              {LABELS[work]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <TextField select label="Order" value={order} onChange={(event) => setOrder(event.target.value)} sx={{ flex: '1 1 170px' }}>
          {ORDERS.map(({ key, label }) => (
            <MenuItem key={key} value={key}>
              {label}
            </MenuItem>
          ))}
        </TextField>
      </Box>
      <Pages key={JSON.stringify([filters, ordering])} filters={filters} ordering={ordering} {...props} />
    </>
  );
}

function Pages({ filters, ordering, ...props }: WorkProps & Pick<Variables, 'filters' | 'ordering'>) {
  const paging = usePaging('');
  const [{ data, error, fetching }, refetch] = useQuery({
    query: PackagesQuery,
    variables: { filters, ordering, first: PAGE, after: paging.after },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const page = data?.vegetationWorkPackages;
  if (page === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The work packages could not be loaded" detail={problemOf(error).message} onRetry={refresh} />;
    }
    return <LoadingState label="Loading the work packages" minHeight={240} />;
  }
  if (page.totalCount === 0) {
    return <EmptyState title="There is no such work package" detail="Trees of level medium and above are put together by span." />;
  }
  const packages = page.edges.map(({ node }) => node);
  return (
    <>
      <Box component="ul" aria-label="Work packages" data-testid="package-list" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {packages.map((each) => (
          <PackageCard key={each.assetId} each={each} {...props} />
        ))}
      </Box>
      <Pager note={rangeWords(paging.page * PAGE, packages.length, plural(page.totalCount, 'package'))} noteTestId="package-count" {...paging.steps(page.pageInfo)}>
        <CsvButton heads="keys" name="vegetation-work" what="the packages of this page" rows={packages} columns={PACKAGE_COLUMNS} />
      </Pager>
    </>
  );
}

const PACKAGE_COLUMNS = fileColumns<Package>({
  line_id: (each) => each.assetId,
  circuit_id: (each) => each.circuit?.assetId,
  level: (each) => each.level,
  trees: (each) => each.treeCount,
  encroaching_trees: (each) => each.encroachingCount,
  striking_trees: (each) => each.strikingCount,
  earliest_years: (each) => each.earliestYears,
  customer_minutes_per_year: (each) => each.customerMinutesPerYear,
  effort_h: (each) => each.effortH,
  work_order_id: (each) => each.workOrderId,
});
