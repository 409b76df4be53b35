export { PrintReport } from './PrintReport';
