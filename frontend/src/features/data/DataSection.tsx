import { EmptyState } from '../../ui/StateMessage';

import { DetailPane } from './common/DetailPane';
import type { Account } from './common/permissions';
import { DeliveryPart } from './delivery/DeliveryPart';
import { ExportsPart } from './exports/ExportsPart';
import { ImportsPart } from './imports/ImportsPart';
import { LayerDetail } from './layers/LayerDetail';
import { LayersPart } from './layers/LayersPart';
import { maySeePart } from './parts';
import type { DataPart } from './parts';
import { QualityPart } from './quality/QualityPart';
import { encodeChoice, EVERYTHING } from './quality/rules';

/** Addresses that the parts lead to. */
export interface DataLinks {
  part: (part: DataPart, id?: string | null) => string;
  /** The asset on the map; null if it is not drawn there. */
  asset: (assetId: string) => string | null;
}

interface Props {
  part: Exclude<DataPart, 'jobs'>;
  id: string | null;
  account: Account;
  links: DataLinks;
  onOpen: (address: string) => void;
  timeZone: string | undefined;
}

/** One part of the workspace besides the jobs. */
export function DataSection({ part, id, account, links, onOpen, timeZone }: Props) {
  const jobHref = (jobId: string): string => links.part('jobs', jobId);
  if (!maySeePart(account, part)) return <EmptyState title="Your account may not see this" detail="Ask an administrator for the role that shows it." />;
  switch (part) {
    case 'layers':
      return (
        <DetailPane
          label="Layer"
          detail={
            id !== null && (
              <LayerDetail
                key={id}
                layerKey={id}
                account={account}
                onClose={() => onOpen(links.part('layers'))}
                jobHref={jobHref}
                refusedHref={links.part('quality') + encodeChoice({ ...EVERYTHING, kind: 'REFUSED_BY_SYNC' })}
                timeZone={timeZone}
              />
            )
          }
        >
          <LayersPart account={account} selected={id} onSelect={(key) => onOpen(links.part('layers', key))} timeZone={timeZone} />
        </DetailPane>
      );
    case 'imports':
      return (
        <ImportsPart account={account} selected={id} onSelect={(importId) => onOpen(links.part('imports', importId))} jobHref={jobHref} timeZone={timeZone} />
      );
    case 'exports':
      return <ExportsPart account={account} timeZone={timeZone} />;
    case 'quality':
      return <QualityPart account={account} assetHref={links.asset} timeZone={timeZone} />;
    case 'delivery':
      return <DeliveryPart account={account} timeZone={timeZone} />;
  }
}
