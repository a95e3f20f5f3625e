import { type EntityDecoderOptions, XMLParser } from 'fast-xml-parser';
import { SlipwayError } from '../protocol/index.ts';
import { isObject, list, member } from './json.ts';
import { deepest, structureProblem } from './xmlStructure.ts';

export interface XmlElement {
  readonly name: string;
  attribute(name: string): string | undefined;
  readonly children: readonly XmlElement[];
  /** The element's own text, without that of its children; white space as in the file. */
  readonly text: string;
}

/**
 * Parses a whole XML document and returns its root. Nothing outside the text is ever read, and a document that defines
 * entities of its own is refused, so that none can be expanded.
 * @param what names the document in errors: "pytest_results.xml"
 * @throws SlipwayError `artifact.unreadable`
 */
export function parseXml(xml: string, what: string): XmlElement {
  const root = elementsIn(parse(xml.startsWith('\uFEFF') ? xml.slice(1) : xml, what))[0];
  if (root === undefined) throw unreadableXml(what, 'it holds no element');
  return root;
}

export function unreadableXml(what: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('artifact.unreadable', `${what} cannot be read: ${why}.`, {
    action: 'Look at the log of the test step instead.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function parse(xml: string, what: string): unknown {
  const problem = structureProblem(xml);
  if (problem !== undefined) throw unreadableXml(what, problem);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: '#text',
    trimValues: false,
    parseTagValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: deepest,
    jPath: false,
    // The parser's own decoder has limits on how much it decodes, which a large but honest report passes.
    entityDecoder: new PredefinedEntities(what),
  });
  try {
    const tree: unknown = parser.parse(xml);
    return tree;
  } catch (cause) {
    if (SlipwayError.is(cause)) throw cause;
    throw unreadableXml(what, 'it is not well-formed XML', cause);
  }
}

const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['apos', "'"],
  ['gt', '>'],
  ['lt', '<'],
  ['quot', '"'],
]);

/** Decodes XML's five entities and character numbers; each only shortens the text. */
class PredefinedEntities implements EntityDecoderOptions {
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  readonly decode = (text: string): string =>
    text.includes('&')
      ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
          if (typeof name === 'string') return predefined.get(name) ?? whole;
          return character(typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal)) ?? whole;
        })
      : text;

  readonly addInputEntities = (entities: object): void => {
    if (Object.keys(entities).length > 0) throw unreadableXml(this.#what, 'it defines entities of its own');
  };

  readonly setExternalEntities = (): void => undefined;
  readonly reset = (): void => undefined;
  readonly setXmlVersion = (): void => undefined;
}

function character(code: number): string | undefined {
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0 && code <= 0x10ffff && !surrogate ? String.fromCodePoint(code) : undefined;
}

/** The parser's ordered form: `[{ name: [children], ':@': { attributes } }, { '#text': '…' }]`. */
function elementsIn(nodes: unknown): XmlElement[] {
  return list(nodes).flatMap((node) => {
    const name = nameOf(node);
    return name === undefined || name === '#text' ? [] : [new OrderedElement(name, node)];
  });
}

function nameOf(node: unknown): string | undefined {
  return isObject(node) ? Object.keys(node).find((key) => key !== ':@') : undefined;
}

class OrderedElement implements XmlElement {
  readonly name: string;
  readonly #node: unknown;

  constructor(name: string, node: unknown) {
    this.name = name;
    this.#node = node;
  }

  attribute(name: string): string | undefined {
    const value = member(member(this.#node, ':@'), name);
    return typeof value === 'string' ? value : undefined;
  }

  get children(): readonly XmlElement[] {
    return elementsIn(member(this.#node, this.name));
  }

  get text(): string {
    return list(member(this.#node, this.name))
      .map((node) => member(node, '#text'))
      .filter((part) => typeof part === 'string')
      .join('');
  }
}
