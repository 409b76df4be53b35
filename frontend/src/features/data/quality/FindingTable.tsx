import Chip from '@mui/material/Chip';
import Link from '@mui/material/Link';
import { useMemo } from 'react';

import { followLink } from '../../../lib/followLink';
import { humanize } from '../../../lib/format';
import { DataTable } from '../common/DataTable';
import type { Column } from '../common/DataTable';

import type { Finding } from './queries';
import { RULES, severityColour } from './rules';

interface Props {
  findings: readonly Finding[];
  assetHref: (assetId: string) => string | null;
  linkTitle?: string | undefined;
}

/** A page of findings; assets that are drawn on the map lead there. */
export function FindingTable({ findings, assetHref, linkTitle = 'Show on the map' }: Props) {
  const columns = useMemo<Column<Finding>[]>(() => {
    const asset = (id: string) => {
      const href = assetHref(id);
      return href === null ? id : (
        <Link href={href} onClick={followLink} title={linkTitle}>
          {id}
        </Link>
      );
    };
    return [
      {
        key: 'severity',
        label: 'Severity',
        cell: (each) => <Chip variant="outlined" color={severityColour(each.severity)} label={humanize(each.severity)} />,
      },
      { key: 'rule', label: 'Rule', sort: (each) => RULES[each.kind], cell: (each) => RULES[each.kind] },
      { key: 'kind', label: 'Kind', sort: (each) => each.assetKind, cell: (each) => humanize(each.assetKind) },
      { key: 'asset', label: 'Asset', sort: (each) => each.assetId, cell: (each) => asset(each.assetId) },
      { key: 'other', label: 'With', sort: (each) => each.otherId, cell: (each) => (each.otherId === null ? '–' : asset(each.otherId)) },
      { key: 'explanation', label: 'What is wrong', cell: (each) => each.explanation },
    ];
  }, [assetHref, linkTitle]);
  return (
    <DataTable
      caption="Findings"
      testId="findings-table"
      columns={columns}
      rows={findings}
      rowKey={(each) => `${each.kind} ${each.assetKind} ${each.assetId} ${each.otherId ?? ''} ${each.explanation}`}
    />
  );
}
