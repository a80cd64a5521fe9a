import { describe, expect, it, vi } from 'vitest'

vi.mock('./server', () => ({ api: {} }))
const { is_searchable, moved } = await import('./search')

describe('what can be searched for', () => {
  it('two characters or one Chinese one', () => {
    expect(is_searchable('李')).toBe(true)
    expect(is_searchable('lx')).toBe(true)
    expect(is_searchable('l')).toBe(false)
    expect(is_searchable('  ')).toBe(false)
  })
})

describe('arrows through the rows, −1 being the field', () => {
  it('go round at both ends', () => {
    expect(moved(-1, 3, 'ArrowDown')).toBe(0)
    expect(moved(2, 3, 'ArrowDown')).toBe(-1)
    expect(moved(-1, 3, 'ArrowUp')).toBe(2)
    expect(moved(0, 3, 'ArrowUp')).toBe(-1)
  })
  it('have nowhere to go without rows', () => expect(moved(-1, 0, 'ArrowDown')).toBe(-1))
})
