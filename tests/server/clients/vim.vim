" Does what a person does, with Vim and the plugin lsp, and writes down what was to be seen.
" SETUP is the page's block for the vimrc, PLUGIN where the plugin lies, REPORT where the notes go.
set nocompatible nomore noswapfile hidden shortmess=aoOtI
let s:notes = {'progress': []}

function s:Wait(what, look) abort
  let end = reltime()
  while !a:look()
    if reltimefloat(reltime(end)) > 120
      throw 'waited in vain for ' .. a:what
    endif
    sleep 20m
  endwhile
endfunction

function s:Text() abort
  return join(getbufline(s:buffer, 1, '$'), "\n") .. "\n"
endfunction

function s:Told(pattern) abort
  return matchstr(execute('messages'), a:pattern)
endfunction

" Vim tells of changes when it draws the screen, which it does not here.
function s:Redraw() abort
  call listener_flush(s:buffer)
endfunction

function s:Act(title) abort
  execute 'buffer' s:buffer
  call cursor(1, 1)
  call search('def ways', 'cW')
  execute 'LspCodeAction' a:title
endfunction

function s:Progress() abort
  for each in values(g:LspProgress)
    call add(s:notes.progress, each.title)
  endfor
endfunction

function s:Scene() abort
  execute 'set runtimepath^=' .. fnameescape($PLUGIN)
  source $SETUP
  filetype on
  runtime plugin/lsp.vim
  doautocmd <nomodeline> VimEnter
  edit $SAMPLE
  let s:buffer = bufnr()
  call s:Wait('the server', {-> LspServerReady()})
  augroup Notes
    autocmd User LspProgressUpdate call s:Progress()
  augroup END
  call s:Act('ORPS: refine ways')
  call s:Wait('the end', {-> s:Told('code actions review and apply it') != ''})
  call s:Act('ORPS: review')
  call s:Wait('the diff', {-> s:Told('the change is in [^\n]*\.diff') != ''})
  let s:notes.diff = join(readfile(matchstr(s:Told('the change is in [^\n]*\.diff'), '/.*')), "\n")
  call appendbufline(s:buffer, 0, '# typed meanwhile')
  call s:Redraw()
  let &undolevels = &undolevels " What is typed is undone apart from what comes next.
  let s:notes.before = s:Text()
  call s:Act('ORPS: apply')
  call s:Wait('the change', {-> s:Text() != s:notes.before})
  let s:notes.after = s:Text()
  call s:Redraw()
  sleep 500m
  undo
  call s:Redraw()
  let s:notes.undone = s:Text()
  call s:Act('ORPS: apply')
  call s:Wait('the change again', {-> s:Text() == s:notes.after})
  LspServer stop
endfunction

try
  call s:Scene()
catch
  let s:notes.problem = v:exception .. ' ' .. v:throwpoint
endtry
let s:notes.messages = split(execute('messages'), "\n")
call writefile([json_encode(s:notes)], $REPORT)
execute has_key(s:notes, 'problem') ? 'cquit' : 'qall!'
