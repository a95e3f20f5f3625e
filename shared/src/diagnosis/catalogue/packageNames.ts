/** Modules whose package has another name on the index. */
const packages: ReadonlyMap<string, string> = new Map([
  ['bs4', 'beautifulsoup4'],
  ['Bio', 'biopython'],
  ['community', 'python-louvain'],
  ['cv2', 'opencv-python-headless'],
  ['dateutil', 'python-dateutil'],
  ['dotenv', 'python-dotenv'],
  ['fitz', 'PyMuPDF'],
  ['git', 'GitPython'],
  ['openslide', 'openslide-python'],
  ['PIL', 'Pillow'],
  ['scvi', 'scvi-tools'],
  ['serial', 'pyserial'],
  ['skimage', 'scikit-image'],
  ['sklearn', 'scikit-learn'],
  ['skmisc', 'scikit-misc'],
  ['umap', 'umap-learn'],
  ['yaml', 'PyYAML'],
]);

/** What pip calls the package that a module belongs to: mostly the first part of its name. */
export function packageOf(module: string): string {
  const top = module.split('.', 1)[0] ?? module;
  return packages.get(top) ?? top;
}
