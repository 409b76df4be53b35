import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';

import type { VariablesOf } from '../../gql/graphql';
import type { Bounds } from '../../lib/boundsGrid';
import { plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import { Pager, rangeWords } from '../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePaging } from '../../ui/usePaging';

import { Filters } from './Filters';
import { TreeCard } from './TreeCard';
import type { PatchAddress, VegetationAddress } from './address';
import { scopeOf } from './area';
import { TreesQuery } from './queries';
import { treeColumns } from './treeColumns';
import { useRefresh } from './useRefresh';

const PAGE = 50;

type Variables = VariablesOf<typeof TreesQuery>;
type Ordering = Variables['ordering'];

/** Orders that the server makes of all trees; within a page the heads of the columns order. */
const ORDERS: readonly { key: string; label: string; ordering: Ordering }[] = [
  { key: 'cost', label: 'Most customer-minutes first', ordering: [{ customerMinutesPerYear: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'deep', label: 'Deepest in the clearance first', ordering: [{ clearanceDeficitM: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'soon', label: 'Soonest to encroach first', ordering: [{ yearsToEncroachment: 'ASC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'over', label: 'Longest overstrike first', ordering: [{ overstrikeM: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
  { key: 'tall', label: 'Tallest first', ordering: [{ heightM: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }] },
];

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  bounds: Bounds | null;
  permissions: ReadonlySet<string>;
  timeZone: string;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
  onAsset: (assetId: string) => void;
}

/** Trees near lines, or the one chosen. */
export function TreesView(props: Props) {
  const { address, bounds } = props;
  const [order, setOrder] = useState(ORDERS[0]?.key ?? '');
  if (address.tree !== null) return <TreeCard key={address.tree} treeId={address.tree} {...props} />;
  const scope = scopeOf(address, bounds);
  const filters: Variables['filters'] = { nearestLineId: { isNull: false } };
  if (address.level !== null) filters.level = { exact: address.level };
  if (scope.circuitId !== null) filters.circuitId = { exact: scope.circuitId };
  const chosen = ORDERS.find(({ key }) => key === order) ?? ORDERS[0];
  const variables = { area: scope.area, filters, ordering: chosen?.ordering ?? [] };
  return (
    <>
      <Filters address={address} onChange={props.onChange} />
      <Pages key={JSON.stringify(variables)} variables={variables} onChange={props.onChange}>
        <TextField select label="Order" value={order} onChange={(event) => setOrder(event.target.value)} sx={{ minWidth: 180, flex: 1, mr: 1 }}>
          {ORDERS.map(({ key, label }) => (
            <MenuItem key={key} value={key}>
              {label}
            </MenuItem>
          ))}
        </TextField>
      </Pages>
    </>
  );
}

interface PagesProps {
  variables: Pick<Variables, 'area' | 'filters' | 'ordering'>;
  onChange: PatchAddress;
  /** What chooses the order. */
  children: ReactNode;
}

function Pages({ variables, onChange, children }: PagesProps) {
  const units = useUnits();
  const paging = usePaging('');
  const [{ data, error, fetching }, refetch] = useQuery({
    query: TreesQuery,
    variables: { ...variables, first: PAGE, after: paging.after },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const page = data?.vegetationRisk;
  if (page === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The trees could not be loaded" detail={problemOf(error).message} onRetry={refresh} />;
    }
    return <LoadingState label="Loading the trees" minHeight={240} />;
  }
  if (page.totalCount === 0) {
    return <EmptyState title="No such tree is near a line" detail="With these filters, as far as you may see." />;
  }
  const trees = page.edges.map(({ node }) => node);
  const columns = treeColumns(units);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', mb: 0.5 }}>
        {children}
        <CsvButton heads="keys" name="trees-near-lines" what="the trees of this page" rows={trees} columns={columns} />
      </Box>
      <DataTable
        label="Trees near lines; choose one to see it on the map"
        testId="tree"
        rowTestId="tree"
        maxHeightPx={null}
        isDense
        rows={trees}
        columns={columns}
        rowKey={(tree) => tree.assetId}
        onSelect={(tree) => onChange({ tree: tree.assetId })}
      />
      <Pager note={rangeWords(paging.page * PAGE, trees.length, plural(page.totalCount, 'tree'))} noteTestId="tree-count" {...paging.steps(page.pageInfo)} />
    </>
  );
}
