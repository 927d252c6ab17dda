# Words for people; the work is in ./barecast and in package.json's scripts.
.PHONY: up plan down verify ok test soak bench
tools = infra/toolchain/bootstrap && PATH="$(CURDIR)/.tools/bin:$(CURDIR)/.tools/python/bin:$$PATH"
# A word that is asked for with 1. WIPE=0 must not wipe.
asked = $(if $(filter-out 1,$($(1))),$(error $(1): Expected 1 or nothing, found $($(1))),$($(1)))

up plan verify:
	./barecast $@
down:
	./barecast down $(if $(call asked,WIPE),--wipe)
ok soak bench:
	$(tools) npm run --silent $@
test:
	$(tools) npm run --silent test $(if $(call asked,LANES),-- --lanes)
