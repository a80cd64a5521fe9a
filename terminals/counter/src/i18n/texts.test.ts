import { describe, expect, it } from 'vitest'
import { en } from './en'
import { zh } from './zh'

type Tree = { [key: string]: string | Tree }
function leaves(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leaves(value, `${path}${key}.`),
  )
}
const names_in = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

describe('the two languages', () => {
  // The server's own words are English already.
  const { problem: _only_chinese, ...both } = zh
  const chinese = new Map(leaves(both as Tree)),
    english = new Map(leaves(en as Tree))
  it('have the same texts', () => expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort()))
  it('fill in the same values', () => {
    for (const [key, text] of chinese) expect(names_in(english.get(key)!), key).toEqual(names_in(text))
  })
  it('have no empty text, and no Chinese in the English one', () => {
    for (const [key, text] of english) {
      expect(text, key).not.toBe('')
      expect(text, key).not.toMatch(/\p{Script=Han}/u)
    }
  })
})
