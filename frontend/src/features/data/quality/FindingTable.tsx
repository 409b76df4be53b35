import Chip from '@mui/material/Chip';
import Link from '@mui/material/Link';
import { useMemo } from 'react';

import { followLink } from '../../../lib/followLink';
import { humanize } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';

import type { Finding } from './queries';
import { RULES, severityColour } from './rules';

interface Props {
  findings: readonly Finding[];
  assetHref: (assetId: string) => string | null;
  linkTitle?: string | undefined;
}

/** A page of findings; assets that are drawn on the map lead there. */
export function FindingTable({ findings, assetHref, linkTitle = 'Show on the map' }: Props) {
  const columns = useMemo<ShownColumn<Finding>[]>(() => {
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
      { key: 'rule', label: 'Rule', value: (each) => RULES[each.kind] },
      { key: 'kind', label: 'Kind', value: (each) => each.assetKind, cell: (each) => humanize(each.assetKind) },
      { key: 'asset', label: 'Asset', value: (each) => each.assetId, cell: (each) => asset(each.assetId) },
      { key: 'other', label: 'With', value: (each) => each.otherId, cell: (each) => (each.otherId === null ? '–' : asset(each.otherId)) },
      { key: 'explanation', label: 'What is wrong', isWrapped: true, cell: (each) => each.explanation },
    ];
  }, [assetHref, linkTitle]);
  return (
    <DataTable
      label="Findings"
      testId="findings-table"
      maxHeightPx={null}
      columns={columns}
      rows={findings}
      rowKey={(each) => `${each.kind} ${each.assetKind} ${each.assetId} ${each.otherId ?? ''} ${each.explanation}`}
    />
  );
}
