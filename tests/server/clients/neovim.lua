-- Does what a person does, with what Neovim brings alone, and writes down what was to be seen.
-- SETUP is the page's block for init.lua, REPORT where the notes go, RACE means that the person types while asked.
local notes = { menus = {}, progress = {}, messages = {}, asked = {} }
local choose, answer

local function remember(method, keep)
  local stock = vim.lsp.handlers[method]
  vim.lsp.handlers[method] = function(err, params, ...)
    keep(params)
    return stock(err, params, ...)
  end
end
remember('$/progress', function(params) table.insert(notes.progress, params.value) end)
remember('window/showMessage', function(params) table.insert(notes.messages, params.message) end)

-- The menu of code actions; newer versions ask the server's questions through it too.
vim.ui.select = function(items, options, pick)
  local titles = {}
  for _, item in ipairs(items) do table.insert(titles, options.format_item and options.format_item(item) or item) end
  local decide = (options.kind == 'codeaction') and choose or answer
  local index = decide(titles, options.prompt)
  pick(index and items[index], index)
end
vim.fn.inputlist = function(lines) return answer(vim.list_slice(lines, 3), lines[1]) or 0 end

local function find(titles, wanted)
  for index, title in ipairs(titles) do
    if title:find(wanted, 1, true) then return index end
  end
end

local function wait(what, look)
  assert(vim.wait(240000, look, 10), 'waited in vain for ' .. what)
end

local buffer
local function text() return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n' end

local function act(title)
  local shown, chosen
  choose = function(titles)
    table.insert(notes.menus, titles)
    shown, chosen = true, find(titles, title)
    return chosen
  end
  vim.fn.search('def ways', 'cw')
  vim.lsp.buf.code_action()
  wait('a menu', function() return shown end)
  assert(chosen, title .. ' is not offered')
end

local function type_above(...)
  vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { ... })
  vim.cmd('let &undolevels = &undolevels') -- What is typed is undone apart from what comes next.
end

local function look_at_the_diff()
  act('ORPS: review')
  local path
  wait('the diff', function()
    local shown = vim.api.nvim_buf_get_name(0) -- Newer versions open it, older ones are told where it is.
    local told = (notes.messages[#notes.messages] or ''):match('the change is in (.+)')
    path = shown:match('%.diff$') and shown or told
    return path
  end)
  notes.diff = table.concat(vim.fn.readfile(path), '\n')
  vim.api.nvim_set_current_buf(buffer)
end

local function loop()
  answer = function(titles, message) table.insert(notes.asked, { message = message, titles = titles }) end
  act('ORPS: refine ways')
  wait('the question at the end', function() return #notes.asked > 0 end)
  look_at_the_diff()
  type_above('# typed meanwhile')
  notes.before = text()
  act('ORPS: apply')
  wait('the change', function() return text() ~= notes.before end)
  notes.after = text()
  vim.wait(400) -- Neovim tells of a change after a pause only; a person is not faster either.
  vim.cmd('undo')
  notes.undone = text()
  act('ORPS: apply') -- What was undone can be had again.
  wait('the change again', function() return text() == notes.after end)
end

local function race()
  answer = function(titles)
    type_above('# typed', '# at the last moment')
    notes.before = text()
    return find(titles, 'Apply')
  end
  act('ORPS: refine ways')
  wait('the change', function() return notes.before and text() ~= notes.before end)
  notes.after = text()
end

local done, problem = pcall(function()
  vim.cmd('filetype on')
  vim.cmd('luafile ' .. os.getenv('SETUP'))
  vim.cmd('edit ' .. os.getenv('SAMPLE'))
  buffer = vim.api.nvim_get_current_buf()
  local clients
  wait('the server', function()
    clients = (vim.lsp.get_clients or vim.lsp.buf_get_clients)(vim.lsp.get_clients and { bufnr = buffer } or buffer)
    local _, client = next(clients)
    return client and client.initialized
  end)
  if os.getenv('RACE') then race() else loop() end
  local _, client = next(clients)
  client.stop(vim.lsp.get_clients and client or nil)
  wait('the end of the server', function() return client.is_stopped(client) end)
end)
notes.problem = not done and tostring(problem) or nil
vim.fn.writefile({ vim.fn.json_encode(notes) }, os.getenv('REPORT'))
vim.cmd(done and 'qall!' or 'cquit 1')
